/** One video of the library. */
import { html, useState } from "../../../vendor/preact.js";
import { call, fileUrl } from "../../api.js";
import { formatAgo, formatClock, formatMoney } from "../../lib/format.js";
import { hasEnded } from "../../lib/job_state.js";
import { makeHash } from "../../router.js";
import { t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { confirmAction } from "../../ui/confirm.js";
import { describeError } from "../../ui/error_box.js";
import { Icon } from "../../ui/icon.js";
import { StateTag } from "../../ui/state_tag.js";

export function Card({ entry, position, size, onChange, onRemove }) {
  const [isBroken, setBroken] = useState(false);
  const id = entry.job_id;
  const title = entry.title || t("library.untitled");
  const isOver = hasEnded(entry.state);
  const act = async (work) => {
    try {
      await work();
    } catch (error) {
      showToast(describeError(error));
    }
  };
  const pin = () => act(async () => {
    await call(entry.pinned ? "DELETE" : "PUT", `/render/${encodeURIComponent(id)}/pin`);
    onChange(id, { pinned: !entry.pinned });
    showToast(t(entry.pinned ? "library.unpinned" : "library.pinned", { title }));
  });
  const remove = async () => {
    const question = { title: t("library.delete_title", { title }), body: t("library.delete_body"), action: t("library.delete"), isDangerous: true };
    if (!(await confirmAction(question))) return;
    await act(async () => {
      await call("DELETE", `/render/${encodeURIComponent(id)}`);
      onRemove(id);
      showToast(t("library.deleted", { title }));
    });
  };
  const published = Object.entries(entry.publications).filter(([, state]) => state === "published").map(([name]) => t(`common.destination_${name}`));
  const source = entry.thumbnail_url && !isBroken ? fileUrl(`${entry.thumbnail_url}&size=small`) : "";
  return html`<li class="card video" aria-posinset=${position} aria-setsize=${size}>
    <a class="video-link" href=${makeHash("job", { id })}>
      <span class="video-picture">${source ? html`<img src=${source} alt="" loading="lazy" decoding="async" onError=${() => setBroken(true)} />` : html`<${Icon} name="film" />`}
        ${entry.duration_sec !== null && html`<span class="video-length numbers">${formatClock(entry.duration_sec)}</span>`}</span>
      <span class="video-title">${title}</span>
    </a>
    <div class="video-facts small"><${StateTag} state=${entry.state} /><span class="soft">${formatAgo(entry.created_at)}</span>${entry.cost_usd > 0 && html`<span class="soft numbers">${formatMoney(entry.cost_usd)}</span>`}${entry.pinned && html`<span class="soft"><${Icon} name="pin" /><span class="visually-hidden">${t("library.is_pinned")}</span></span>`}${published.length > 0 && html`<span class="soft">${published.join(", ")}</span>`}</div>
    <div class="video-tools">
      <${Button} kind="quiet" icon="copy" label=${t("library.duplicate", { title })} href=${makeHash("create", {}, { from: id })} />
      <${Button} kind="quiet" icon="pin" label=${t(entry.pinned ? "library.unpin" : "library.pin", { title })} aria-pressed=${entry.pinned} onClick=${pin} />
      ${isOver && html`<${Button} kind="quiet" icon="trash" label=${t("library.delete_of", { title })} onClick=${remove} />`}
    </div>
  </li>`;
}
