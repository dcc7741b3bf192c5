/** The form that makes an API key. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { confirmAction } from "../../ui/confirm.js";
import { ErrorBox } from "../../ui/error_box.js";
import { Choice, TextField } from "../../ui/field.js";
import { More } from "../../ui/more.js";

const EMPTY = { name: "", role: "creator", budget: "" };
const FIELDS = new Set(["name", "daily_budget"]);

/** @param {{isFirst: boolean, onMade: (key: object) => void}} props `isFirst`: the first key must be an admin's */
export function NewKey({ isFirst, onMade }) {
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
      const body = { name: draft.name.trim(), role: isFirst ? "admin" : draft.role, daily_budget: draft.budget.trim() ? Number(draft.budget) : null };
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
      ${!isFirst && html`<${Choice} label=${t("settings.role")} hint=${t(`settings.role_${draft.role}_may`)} value=${draft.role} options=${["creator", "admin"].map((role) => [role, t(`settings.role_${role}`)])} onChange=${(role) => change({ role })} />`}
      <${TextField} label=${t("settings.key_budget")} hint=${t("settings.key_budget_hint")} type="number" min="0" step="0.01" inputmode="decimal" value=${draft.budget} onChange=${(budget) => change({ budget })} error=${errorOf("daily_budget")} />
      ${error && html`<${ErrorBox} error=${error} hiddenPaths=${FIELDS} />`}
      <div class="row"><${Button} kind="primary" type="submit" icon="plus" isBusy=${isBusy}>${t("settings.make_key")}<//></div>
    </form>
  <//>`;
}
