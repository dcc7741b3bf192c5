/** A clip before or after the scenes. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Select, TextField } from "../../ui/field.js";
import { OwnFile } from "./own_file.js";

/** @param {{name: "intro" | "outro", clip: object | null, error?: string, onChange: (clip: object | null) => void}} props */
export function ClipPart({ name, clip, error, onChange }) {
  const set = (more) => onChange({ ...clip, ...more });
  const read = (text) => (text === "" ? null : Number(text));
  return html`<div class="stack tight">
    <${OwnFile} label=${t(`brand.${name}`)} kind="video" upload=${clip?.upload} error=${error} onChange=${(upload) => onChange(upload ? { ...clip, upload } : null)} />
    ${clip && html`<div class="grid">
      <${TextField} label=${t("brand.clip_start")} type="number" inputmode="decimal" min="0" step="0.1" value=${clip.start_sec ?? ""} onChange=${(text) => set({ start_sec: read(text) ?? 0 })} />
      <${TextField} label=${t("brand.clip_end")} type="number" inputmode="decimal" min="0" step="0.1" value=${clip.end_sec ?? ""} onChange=${(text) => set({ end_sec: read(text) })} />
      <${Select} label=${t("brand.clip_fit")} value=${clip.fit ?? "fill"} options=${["fill", "fit"].map((one) => [one, t(`brand.fit_${one}`)])} onChange=${(fit) => set({ fit })} />
    </div>`}
  </div>`;
}
