/** The plan of all videos of a batch, with variables where they differ. */
import { html, useRef } from "../../../vendor/preact.js";
import { makePlan, isReady } from "../../lib/draft.js";
import { readDraft } from "../../lib/draft_store.js";
import { writePlan } from "../../lib/plan_file.js";
import { VARIABLE } from "../../lib/table.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { TextArea } from "../../ui/field.js";
import { Icon } from "../../ui/icon.js";
import { Section } from "../../ui/section.js";

/** @param {{text: string, plan: object | null, variables: string[], columns: string[], onChange: (text: string) => void}} props */
export function PlanPart({ text, plan, variables, columns, onChange }) {
  const input = useRef();
  const draft = readDraft()?.draft;
  const open = async (event) => {
    const [file] = event.currentTarget.files;
    event.currentTarget.value = "";
    if (file) onChange(await file.text());
  };
  const error = text.trim() && !plan ? t("batch.wrong_plan") : "";
  return html`<${Section} title=${t("batch.plan")} lead=${t("batch.plan_lead", { variable: VARIABLE })}>
    <div class="row">
      ${draft && isReady(draft) && html`<${Button} icon="copy" onClick=${() => onChange(writePlan(makePlan(draft)))}>${t("batch.take_draft")}<//>`}
      <${Button} icon="upload" onClick=${() => input.current.click()}>${t("batch.open_plan")}<//>
      <input type="file" ref=${input} hidden aria-label=${t("batch.open_plan")} accept=".json,application/json" onChange=${open} />
    </div>
    <${TextArea} label=${t("batch.plan_text")} hint=${t("batch.plan_hint")} rows="10" class="input batch-code" spellcheck="false" value=${text} error=${error} onChange=${onChange} />
    ${variables.length > 0 && html`<div class="row" role="group" aria-label=${t("batch.variables")}><span class="soft small">${t("batch.variables")}</span>${variables.map((name) => html`<${Variable} key=${name} name=${name} isKnown=${columns.includes(name)} hasTable=${columns.length > 0} />`)}</div>`}
  <//>`;
}

function Variable({ name, isKnown, hasTable }) {
  if (!hasTable) return html`<span class="tag">${name}</span>`;
  return html`<span class=${`tag ${isKnown ? "good" : "warn"}`}><${Icon} name=${isKnown ? "check" : "alert"} />${name}<span class="visually-hidden">${t(isKnown ? "batch.in_table" : "batch.not_in_table")}</span></span>`;
}
