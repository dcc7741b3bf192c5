/** The form that makes an API key. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { confirmAction } from "../../ui/confirm.js";
import { ErrorBox } from "../../ui/error_box.js";
import { Choice, Select, TextField } from "../../ui/field.js";
import { More } from "../../ui/more.js";

const EMPTY = { name: "", role: "creator", worksFor: "", budget: "" };
const FIELDS = new Set(["name", "works_for", "daily_budget"]);

/** @param {{keys: object[], onMade: (key: object) => void}} props `keys`: those that there are; the first one must be an admin's */
export function NewKey({ keys, onMade }) {
  const isFirst = keys.length === 0;
  const owners = keys.filter(({ role }) => role !== "agent");
  const [draft, setDraft] = useState(EMPTY);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const form = useRef();
  const change = (fields) => setDraft({ ...draft, ...fields });
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    if (isFirst && !(await confirmAction({ title: t("settings.first_title"), body: t("settings.first_body"), action: t("settings.make_key") }))) return;
    setBusy(true);
    setError(null);
    try {
      const body = { name: draft.name.trim(), role: isFirst ? "admin" : draft.role, ...(draft.role === "agent" && !isFirst ? { works_for: draft.worksFor || owners[0].id } : {}), daily_budget: draft.budget.trim() && (isFirst || draft.role !== "agent") ? Number(draft.budget) : null };
      onMade(await call("POST", "/keys", { body }));
      setDraft(EMPTY);
    } catch (problem) {
      setError(problem);
      requestAnimationFrame(() => form.current?.querySelector("[aria-invalid]")?.focus());
    }
    setBusy(false);
  };
  const errorOf = (path) => error?.errors?.find((one) => one.path === path)?.message;
  return html`<${More} label=${t("settings.new_key")} isOpen=${isFirst}>
    <form class="stack" ref=${form} onSubmit=${submit} novalidate>
      <${TextField} label=${t("settings.key_name")} hint=${t("settings.key_name_hint")} maxlength="60" autocomplete="off" value=${draft.name} onChange=${(name) => change({ name })} error=${errorOf("name")} />
      ${!isFirst && html`<${Choice} label=${t("settings.role")} hint=${t(`settings.role_${draft.role}_may`)} value=${draft.role} options=${["creator", "agent", "admin"].map((role) => [role, t(`settings.role_${role}`)])} onChange=${(role) => change({ role })} />`}
      ${!isFirst && draft.role === "agent" && html`<${Select} label=${t("settings.works_for")} hint=${t("settings.works_for_hint")} value=${draft.worksFor || owners[0].id} error=${errorOf("works_for")} options=${owners.map(({ id, name }) => [id, name])} onChange=${(worksFor) => change({ worksFor })} />`}
      ${(isFirst || draft.role !== "agent") && html`<${TextField} label=${t("settings.key_budget")} hint=${t("settings.key_budget_hint")} type="number" min="0" step="0.01" inputmode="decimal" value=${draft.budget} onChange=${(budget) => change({ budget })} error=${errorOf("daily_budget")} />`}
      ${error && html`<${ErrorBox} error=${error} hiddenPaths=${FIELDS} />`}
      <div class="row"><${Button} kind="primary" type="submit" icon="plus" isBusy=${isBusy}>${t("settings.make_key")}<//></div>
    </form>
  <//>`;
}
