import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Select, TextField } from "../../ui/field.js";
import { More } from "../../ui/more.js";

const SOUNDS = ["", "keep", "duck", "drop"];

/**
 * How an own image or clip is shown, and which part of a clip.
 * @param {{media: object, isClip: boolean, onChange: (media: object) => void}} props `media`: {upload, fit, start_sec, ...}
 */
export function MediaOptions({ media, isClip, onChange }) {
  const change = (fields) => onChange({ ...media, ...fields });
  const readSeconds = (text) => (text === "" ? undefined : Number(text));
  return html`<${More} label=${t(isClip ? "scenes.clip_options" : "scenes.image_options")}>
    <div class="grid">
      <${Select} label=${t("scenes.fit")} value=${media.fit ?? "fill"} options=${["fill", "fit"].map((one) => [one, t(`scenes.fit_${one}`)])} onChange=${(fit) => change({ fit })} />
      ${isClip && html`
        <${TextField} label=${t("scenes.clip_start")} type="number" inputmode="decimal" min="0" step="0.1" value=${media.start_sec ?? ""} onChange=${(text) => change({ start_sec: readSeconds(text) })} />
        <${TextField} label=${t("scenes.clip_end")} hint=${t("scenes.clip_end_hint")} type="number" inputmode="decimal" min="0" step="0.1" value=${media.end_sec ?? ""} onChange=${(text) => change({ end_sec: readSeconds(text) })} />
        <${Select} label=${t("scenes.clip_sound")} value=${media.sound ?? ""} options=${SOUNDS.map((one) => [one, t(`scenes.clip_sound_${one || "auto"}`)])} onChange=${(sound) => change({ sound: sound || undefined })} />`}
    </div>
  <//>`;
}
