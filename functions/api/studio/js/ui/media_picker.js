/**
 * Choose among my files, or add new ones.
 * <MediaPicker isOpen kinds onChoose onClose>: `kinds` such as ["image", "video"]; `onChoose` gets a list with the chosen
 * upload, as GET /uploads/ID shows it.
 */
import { html, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { loadTexts, t } from "../text.js";
import { Dialog } from "./dialog.js";
import { DropZone } from "./drop_zone.js";
import { ErrorBox } from "./error_box.js";
import { Loading } from "./loading.js";
import { UploadPicture } from "./upload_picture.js";
import { useLoad } from "./use_load.js";

await loadTexts("media");

export function MediaPicker({ isOpen, kinds, onChoose, onClose }) {
  return html`<${Dialog} isOpen=${isOpen} isWide title=${t("media.title")} onClose=${onClose}>
    ${isOpen && html`<${Choices} kinds=${kinds} onChoose=${onChoose} />`}
  <//>`;
}

function Choices({ kinds, onChoose }) {
  const [added, setAdded] = useState(0);
  const { value, error, reload } = useLoad((signal) => call("GET", "/uploads?limit=60", { signal }), [added]);
  const uploads = (value?.uploads ?? []).filter((one) => one.state === "ready" && kinds.includes(one.kind));
  const take = (upload) => (kinds.includes(upload.kind) ? onChoose([upload]) : setAdded(added + 1));
  return html`<${DropZone} kinds=${kinds} onUploaded=${take} />
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${!value && !error && html`<${Loading} />`}
    ${uploads.length > 0 && html`<h3>${t("media.mine")}</h3><ul class="plain thumbs">${uploads.map((upload) => html`<li key=${upload.upload_id}>
      <button type="button" class="pick" onClick=${() => onChoose([upload])}><${UploadPicture} id=${upload.upload_id} kind=${upload.kind} isNamed /><span class="small">${upload.filename}</span></button>
    </li>`)}</ul>`}`;
}
