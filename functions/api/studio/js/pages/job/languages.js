/** The same video in other languages, each of which is a job of its own. */
import { html } from "../../../vendor/preact.js";
import { nameLanguage } from "../../lib/languages.js";
import { makeHash } from "../../router.js";
import { language, t } from "../../text.js";
import { Icon } from "../../ui/icon.js";
import { StateTag } from "../../ui/state_tag.js";

/** `status`: of the job; it lists its versions, or names the job whose version it is. */
export function Languages({ status }) {
  const reader = language.get();
  if (status.version_of) {
    return html`<div class="note"><${Icon} name="info" /><p>${t("job.is_version")} <a href=${makeHash("job", { id: status.version_of })}>${t("job.first_language")}</a></p></div>`;
  }
  if (!status.versions?.length) return null;
  return html`<section class="card stack tight"><h2>${t("job.other_languages")}</h2><ul class="plain stack tight">${status.versions.map((one) => html`<li key=${one.language} class="row between">
    ${one.state !== "pending" && !one.problem ? html`<a href=${makeHash("job", { id: one.job_id })}>${nameLanguage(one.language, reader)}</a>` : html`<span>${nameLanguage(one.language, reader)}</span>`}
    ${one.problem ? html`<span class="small">${one.problem}</span>` : html`<${StateTag} state=${one.state} />`}
  </li>`)}</ul></section>`;
}
