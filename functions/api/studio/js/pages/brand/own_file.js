/** One file of the reader's own: what it is, another one, or none. */
import { html, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { FieldError } from "../../ui/field.js";
import { MediaPicker } from "../../ui/media_picker.js";
import { UploadPicture } from "../../ui/upload_picture.js";
import { useLoad } from "../../ui/use_load.js";

/**
 * @param {{label: string, hint?: string, kind: "image" | "video" | "font", upload?: string, error?: string,
 *   onChange: (upload: string | null) => void}} props `upload`: the id of the file
 */
export function OwnFile({ label, hint, kind, upload, error, onChange }) {
  const [isChoosing, setChoosing] = useState(false);
  const choose = ([one]) => {
    setChoosing(false);
    if (one) onChange(one.upload_id);
  };
  return html`<div class="field" role="group" aria-label=${label}>
    <span class="label">${label}</span>
    <div class="row">
      ${upload && html`<${Chosen} key=${upload} kind=${kind} upload=${upload} />`}
      <${Button} icon=${upload ? "edit" : "upload"} onClick=${() => setChoosing(true)}>${t(upload ? "brand.another_file" : "brand.choose_file")}<//>
      ${upload && html`<${Button} kind="quiet" icon="close" label=${t("brand.no_file", { label })} onClick=${() => onChange(null)} />`}
    </div>
    ${hint && html`<span class="hint">${hint}</span>`}
    <${FieldError} error=${error} />
    <${MediaPicker} isOpen=${isChoosing} kinds=${[kind]} onChoose=${choose} onClose=${() => setChoosing(false)} />
  </div>`;
}

function Chosen({ kind, upload }) {
  const { value, error } = useLoad((signal) => call("GET", `/uploads/${encodeURIComponent(upload)}`, { signal }), [upload]);
  const name = value?.filename ?? (error ? t("brand.file_gone") : "");
  return html`<span class="row brand-file"><${UploadPicture} id=${upload} kind=${kind} isNamed hasPreview=${!error} /><span>${name}</span></span>`;
}
