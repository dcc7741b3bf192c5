/** The video that an agent asks for: a frame of it, and what it says. */
import { html } from "../../../vendor/preact.js";
import { hasScenes, listLines } from "../../lib/approval.js";
import { formatLength } from "../../lib/format.js";
import { t } from "../../text.js";
import { FramePreview } from "../../ui/frame_preview.js";

export function AskedVideo({ approval }) {
  const { request } = approval;
  const lines = listLines(approval);
  return html`<section class="card stack" aria-label=${t("approval.look")}>
    ${hasScenes(approval) && html`<${FramePreview} plan=${request} aspect=${request.aspect ?? "16:9"} />`}
    ${lines.length > 0 && html`<h2>${t("approval.says")}</h2><ol class="approval-lines">${lines.map((line) => html`<li>${line}</li>`)}</ol>`}
    ${!hasScenes(approval) && html`<p>${request.topic || request.prompt}</p><p class="soft">${request.length_sec ? t("approval.written_later_length", { length: formatLength(request.length_sec) }) : t("approval.written_later")}</p>`}
  </section>`;
}
