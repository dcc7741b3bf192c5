import { html } from "../../vendor/preact.js";
import { ApiError } from "../api.js";
import { t } from "../text.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

/**
 * An error in words, with what to do.
 * @param {{error: Error, onRetry?: () => void, hiddenPaths?: Set<string>}} props `hiddenPaths`: fields that show their
 *   error themselves
 */
export function ErrorBox({ error, onRetry, hiddenPaths = new Set() }) {
  if (!error) return null;
  const lines = (error.errors ?? []).filter(({ path }) => !hiddenPaths.has(path));
  return html`<div class="note bad" role="alert">
    <${Icon} name="alert" />
    <div class="body">
      <p>${describeError(error)}</p>
      ${lines.length > 0 && html`<ul>${lines.map(({ path, message }) => html`<li>${path ? `${path}: ` : ""}${message}</li>`)}</ul>`}
      ${onRetry && html`<div><${Button} icon="retry" onClick=${onRetry}>${t("common.try_again")}<//></div>`}
    </div>
  </div>`;
}

/** Return an error as a sentence. */
export function describeError(error) {
  if (!(error instanceof ApiError)) return t("common.page_fault", { cause: error?.message ?? String(error) });
  if (error.status === 0) return t("common.no_answer");
  if (error.status === 401) return t("common.not_signed_in");
  if (error.errors.length && error.status === 400) return t("common.wrong_fields");
  return error.detail || error.title || t("common.status_fault", { status: error.status });
}
