/** A publication in a list. */
import { html } from "../../../vendor/preact.js";
import { call, fileUrl } from "../../api.js";
import { formatTime } from "../../lib/format.js";
import { makeHash } from "../../router.js";
import { t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { describeError } from "../../ui/error_box.js";
import { PublicationState } from "./state.js";

export function PublicationRow({ publication: one, onOpen, onChange }) {
  const retry = async () => {
    try {
      await call("POST", `/publications/${one.id}/retry`);
      showToast(t("publish.retried"));
    } catch (error) {
      showToast(describeError(error));
    }
    onChange();
  };
  return html`<li class="card publication">
    <img class="publication-picture" src=${fileUrl(`/render/${encodeURIComponent(one.job_id)}/file?kind=thumbnail&size=small`)} alt="" loading="lazy" decoding="async" onError=${(event) => { event.currentTarget.hidden = true; }} />
    <div class="stack tight grow">
      <div class="row"><strong>${one.title}</strong><${PublicationState} state=${one.state} /></div>
      <div class="soft">${formatTime(one.publish_at)} · ${t(`common.destination_${one.destination}`)}</div>
      ${one.failure && html`<p class="failure">${one.failure.cause} ${one.failure.advice}</p>`}
      ${one.notices.map((notice) => html`<p class="soft small">${notice}</p>`)}
      ${one.url && (/^https?:/.test(one.url) ? html`<a href=${one.url} target="_blank" rel="noopener noreferrer">${t("publish.open")}</a>` : html`<code class="small">${one.url.replace(/^file:\/\//, "")}</code>`)}
    </div>
    <div class="row">
      ${one.state === "failed" && html`<${Button} icon="retry" onClick=${retry}>${t("common.try_again")}<//>`}
      <${Button} kind="quiet" icon="film" href=${makeHash("job", { id: one.job_id })} label=${t("publish.to_video", { title: one.title })} />
      <${Button} kind="quiet" icon="edit" label=${t("publish.change_of", { title: one.title })} onClick=${onOpen} />
    </div>
  </li>`;
}
