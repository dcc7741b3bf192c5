/** A small picture of an upload. */
import { html, useState } from "../../vendor/preact.js";
import { fileUrl } from "../api.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";

const ICONS = { audio: "sound", font: "text", video: "film", image: "image" };

/**
 * The picture of the upload `id`: of sound its waveform. An icon where there is none.
 * @param {{id: string, kind?: "image" | "video" | "audio" | "font", isNamed?: boolean, hasPreview?: boolean}} props `isNamed`:
 *   its name stands beside it; `hasPreview` false: the API has none, so it is not asked
 */
export function UploadPicture({ id, kind = "image", isNamed = false, hasPreview = true }) {
  const [missing, setMissing] = useState(null);
  if (!hasPreview || missing === id) return html`<span class="thumb empty-thumb"><${Icon} name=${ICONS[kind]} /></span>`;
  const src = fileUrl(`/uploads/${encodeURIComponent(id)}/preview`);
  return html`<img class=${`thumb ${kind === "audio" ? "wave" : ""}`} src=${src} alt=${isNamed ? "" : t("common.image")} loading="lazy" decoding="async" onError=${() => setMissing(id)} />`;
}
