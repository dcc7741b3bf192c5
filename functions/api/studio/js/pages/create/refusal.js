import { html } from "../../../vendor/preact.js";
import { makeHash } from "../../router.js";
import { t } from "../../text.js";
import { describeError } from "../../ui/error_box.js";
import { Icon } from "../../ui/icon.js";

/** Why the API did not take a plan whose fields are right, and what to do about it. */
export function Refusal({ error }) {
  if (!error || error.errors?.length) return null;
  return html`<div class="note bad" role="alert"><${Icon} name="alert" /><div class="body">
    <p>${describeError(error)}</p>
    ${error.status === 0 && html`<p>${t("create.advice_connection")}</p>`}
    ${error.status === 402 && html`<p>${t("create.advice_budget")} <a href=${makeHash("settings")}>${t("create.see_budgets")}</a></p>`}
    ${error.status === 429 && html`<p>${t("create.advice_limit", { count: error.retryAfter ?? 60 })}</p>`}
  </div></div>`;
}
