/** Begin a batch: a plan with variables, a table with their values, a check of all of it, and then the start. */
import { html, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { makeDraftKey } from "../lib/draft_store.js";
import { parsePlan } from "../lib/plan_file.js";
import { findVariables, makeTable, readTable } from "../lib/table.js";
import { loadStyle } from "../place.js";
import { openPage } from "../router.js";
import { loadTexts, t } from "../text.js";
import { announce, showToast } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { describeError, ErrorBox } from "../ui/error_box.js";
import { TextField } from "../ui/field.js";
import { Page } from "../ui/page.js";
import { Section } from "../ui/section.js";
import { useKeptDraft } from "../ui/use_kept_draft.js";
import { CheckResult } from "./batch/check_result.js";
import { PlanPart } from "./batch/plan_part.js";
import { TablePart } from "./batch/table_part.js";

await Promise.all([loadTexts("batch"), loadStyle("batch")]);

const createBatch = () => ({ plan: "", table: "", name: "", budget: "", key: makeDraftKey() });

export default function NewBatchPage() {
  const [draft, keep, drop] = useKeptDraft("batch", createBatch);
  const [checked, setChecked] = useState(null);
  const [fault, setFault] = useState(null);
  const [busy, setBusy] = useState("");
  const change = (fields) => {
    setFault(null);
    setChecked(null);
    keep({ ...draft, ...fields, key: makeDraftKey() }); // another table is another batch
  };
  const plan = readPlan(draft.plan);
  const table = readTable(draft.table);
  const variables = plan ? findVariables(plan) : [];
  const missing = describeMissing(draft, plan, table);
  const ask = async (name, work) => {
    setFault(missing ? new Error(missing) : null);
    if (missing || busy) return;
    setBusy(name);
    try {
      await work();
    } catch (error) {
      setFault(error);
      announce(describeError(error));
    }
    setBusy("");
  };
  const body = () => ({ ...(plan ? { plan } : {}), ...makeTable(draft.table), ...(draft.budget.trim() ? { budget_usd: Number(draft.budget) } : {}) });
  const check = () => ask("check", async () => {
    const answer = await call("POST", "/batches/check", { body: body() });
    setChecked(answer);
    announce(!answer.accepted ? t("batch.problems", { count: answer.problem_count }) : t("batch.all_right", { count: answer.rows }));
  });
  const start = (event) => {
    event.preventDefault();
    return checked?.accepted ? ask("start", async () => {
      const name = draft.name.trim();
      const batch = await call("POST", "/batches", { body: { ...body(), ...(name ? { name } : {}) }, headers: { "Idempotency-Key": draft.key } });
      drop();
      showToast(t("batch.started"));
      openPage("batch", { id: batch.batch_id });
    }) : check();
  };
  const isChecked = Boolean(checked?.accepted);
  return html`<${Page} title=${t("batch.new")} lead=${t("batch.new_lead")} actions=${html`<${Button} kind="quiet" icon="spark" onClick=${() => change(makeExample())}>${t("batch.example")}<//>`}>
    <form class="batch-new" onSubmit=${start} novalidate>
      <div class="stack">
        <${PlanPart} text=${draft.plan} plan=${plan} variables=${variables} columns=${table.columns} onChange=${(text) => change({ plan: text })} />
        <${TablePart} text=${draft.table} table=${table} variables=${variables} onChange=${(text) => change({ table: text })} />
        <${Section} title=${t("batch.limits")}>
          <div class="grid">
            <${TextField} label=${t("batch.name")} hint=${t("batch.name_hint")} maxlength="80" value=${draft.name} onChange=${(name) => keep({ ...draft, name })} />
            <${TextField} label=${t("batch.budget")} hint=${t("batch.budget_hint")} type="number" min="0" step="0.01" inputmode="decimal" value=${draft.budget} onChange=${(budget) => change({ budget })} />
          </div>
        <//>
      </div>
      <aside class="batch-side stack" aria-label=${t("batch.check_title")}>
        <section class="card stack"><h2>${t("batch.check_title")}</h2>
          ${!checked && html`<p class="soft">${t("batch.check_why")}</p>`}
          ${checked && html`<${CheckResult} checked=${checked} />`}
          <${ErrorBox} error=${fault} />
          <${Button} kind=${isChecked ? "plain" : "primary"} type="button" icon="check" isBusy=${busy === "check"} onClick=${check}>${t("batch.check")}<//>
          ${isChecked && html`<${Button} kind="primary" size="large" type="submit" icon="spark" isBusy=${busy === "start"}>${t("batch.start", { count: checked.rows })}<//>`}
        </section>
      </aside>
    </form>
  <//>`;
}

function readPlan(text) {
  try {
    return parsePlan(text);
  } catch {
    return null;
  }
}

function describeMissing(draft, plan, table) {
  if (draft.plan.trim() && !plan) return t("batch.wrong_plan");
  if (table.kind === "empty") return t("batch.no_table");
  return table.kind === "wrong" ? t("batch.wrong_table") : "";
}

/** A plan and a table in the language of the page, to begin with. */
function makeExample() {
  const names = { city: "{{city}}", sight: "{{sight}}" };
  const plan = {
    title: "{{city}}",
    scenes: [
      { narration: t("batch.example_line_1", names), image_prompt: "the skyline of {{city}} at sunrise" },
      { narration: t("batch.example_line_2", names), image_prompt: "people at {{sight}}, {{city}}" },
    ],
  };
  return { plan: JSON.stringify(plan, null, 2), table: t("batch.example_table").replaceAll("|", "\n"), name: t("batch.example_name") };
}
