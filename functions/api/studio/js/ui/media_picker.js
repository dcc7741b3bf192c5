/**
 * Choose among my files, or add new ones.
 * <MediaPicker isOpen kinds onChoose onClose>: `kinds` such as ["image", "video"]; `onChoose` gets a list with the chosen
 * upload, as GET /uploads/ID shows it.
 */
import { html, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { formatClock } from "../lib/format.js";
import { loadTexts, t } from "../text.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { DropZone, isOfKind } from "./drop_zone.js";
import { ErrorBox } from "./error_box.js";
import { Loading } from "./loading.js";
import { UploadPicture } from "./upload_picture.js";
import { useLoad } from "./use_load.js";

await loadTexts("media");

const PAGE = 60;

export function MediaPicker({ isOpen, kinds, onChoose, onClose }) {
  return html`<${Dialog} isOpen=${isOpen} isWide title=${t("media.title")} onClose=${onClose}>
    ${isOpen && html`<${Choices} kinds=${kinds} onChoose=${onChoose} />`}
  <//>`;
}

function Choices({ kinds, onChoose }) {
  const [pages, setPages] = useState(1);
  const { value, error, isLoading, reload } = useLoad((signal) => listUploads(pages, signal), [pages]);
  const uploads = (value?.uploads ?? []).filter((one) => one.state === "ready" && isOfKind(one, kinds));
  return html`<${DropZone} kinds=${kinds} onUploaded=${(upload) => onChoose([upload])} />
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${!value && !error && html`<${Loading} />`}
    ${uploads.length > 0 && html`<h3>${t("media.mine")}</h3><ul class="plain thumbs">${uploads.map((upload) => html`<li key=${upload.upload_id}>
      <button type="button" class="pick" onClick=${() => onChoose([upload])}><${UploadPicture} id=${upload.upload_id} kind=${upload.kind} isNamed hasPreview=${Boolean(upload.preview_url)} /><span class="small file-name">${upload.filename}</span>${upload.duration_sec > 0 && html`<span class="soft small">${formatClock(upload.duration_sec)}</span>`}</button>
    </li>`)}</ul>`}
    ${value?.hasMore && html`<div><${Button} isBusy=${isLoading} onClick=${() => setPages(pages + 1)}>${t("media.more")}<//></div>`}`;
}

/** The newest uploads, `pages` pages of them. */
async function listUploads(pages, signal) {
  const uploads = [];
  let after = "";
  for (let page = 0; page < pages; page++) {
    const answer = await call("GET", `/uploads?limit=${PAGE}${after}`, { signal });
    uploads.push(...answer.uploads);
    if (!answer.has_more) return { uploads, hasMore: false };
    after = `&after=${encodeURIComponent(answer.next)}`;
  }
  return { uploads, hasMore: true };
}
