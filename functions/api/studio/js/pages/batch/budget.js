/** The most that all videos of a batch may cost, and how to raise it. */
import { html, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { formatMoney } from "../../lib/format.js";
import { t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { describeError } from "../../ui/error_box.js";
import { TextField } from "../../ui/field.js";

export function BatchBudget({ batch, path, onChange }) {
  const [text, setText] = useState(null);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const words = batch.budget_usd === null || batch.budget_usd === undefined ? t("batch.no_budget") : t("batch.budget_is", { money: formatMoney(batch.budget_usd) });
  if (text === null) {
    const isOver = ["done", "cancelled"].includes(batch.state);
    return html`<div class="row"><span>${words}</span>${!isOver && html`<${Button} kind="quiet" icon="edit" onClick=${() => setText(String(batch.budget_usd ?? ""))}>${t("batch.change_budget")}<//>`}</div>`;
  }
  const save = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem("");
    try {
      await call("PATCH", path, { body: { budget_usd: text.trim() === "" ? null : Number(text) } });
      showToast(t("batch.budget_changed"));
      setText(null);
      onChange();
    } catch (error) {
      setProblem([...(error.errors ?? []).map(({ message }) => message), !error.errors?.length && describeError(error)].filter(Boolean).join(" "));
    }
    setBusy(false);
  };
  return html`<form class="row batch-budget" onSubmit=${save} novalidate>
    <${TextField} label=${t("batch.budget")} hint=${t("batch.budget_hint")} type="number" min="0" step="0.01" inputmode="decimal" value=${text} error=${problem} onChange=${setText} />
    <div class="row"><${Button} kind="primary" type="submit" isBusy=${isBusy}>${t("common.save")}<//><${Button} onClick=${() => setText(null)}>${t("common.back")}<//></div>
  </form>`;
}
