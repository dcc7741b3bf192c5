/** A small picture of an upload. */
import { html, useState } from "../../vendor/preact.js";
import { fileUrl } from "../api.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";

const pictures = new Map();

/** Show an upload that was just sent by the file that the browser still has. */
export function keepPicture(upload, file) {
  if (upload.kind === "image" && /^image\/(jpeg|png|webp|gif|avif)$/.test(file.type)) pictures.set(upload.upload_id, URL.createObjectURL(file));
}

/** The picture of the upload `id`; an icon where there is none. `isNamed`: its name stands beside it. */
export function UploadPicture({ id, kind = "image", isNamed = false }) {
  const [isMissing, setMissing] = useState(false);
  const src = pictures.get(id) ?? fileUrl(`/uploads/${encodeURIComponent(id)}/preview`);
  if (isMissing || kind === "audio") return html`<span class="thumb empty-thumb"><${Icon} name=${kind === "audio" ? "sound" : kind === "video" ? "film" : "image"} /></span>`;
  return html`<img class="thumb" src=${src} alt=${isNamed ? "" : t("common.image")} loading="lazy" decoding="async" onError=${() => setMissing(true)} />`;
}
