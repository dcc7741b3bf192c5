/** The fields of a brand, in the order in which people think of them. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Select, TextField } from "../../ui/field.js";
import { More } from "../../ui/more.js";
import { Section } from "../../ui/section.js";
import { VoicePicker } from "../../ui/voice_picker.js";
import { ClipPart } from "./clip.js";
import { Colors } from "./colors.js";
import { Fonts } from "./fonts.js";
import { Logo } from "./logo.js";
import { PublishWords } from "./publish.js";

const MOODS = ["devotional", "calm", "joyful", "heroic", "curious", "tender"];
const STYLES = ["plain", "highlight"];
const PLACES = ["bottom", "middle", "top"];
const SPEEDS = [0.8, 0.9, 1, 1.1, 1.2];

/** `onChange` gets the fields that change; null: the usual one. */
export function BrandForm({ fields, errors, onChange }) {
  const error = (path) => errors.get(path);
  return html`
    <${Section} title=${t("brand.look")}>
      <${TextField} label=${t("brand.title")} hint=${t("brand.title_hint")} maxlength="80" value=${fields.title ?? ""} error=${error("title")} onChange=${(title) => onChange({ title })} />
      <${Colors} colors=${fields.colors ?? {}} errors=${errors} onChange=${(colors) => onChange({ colors })} />
      <${Fonts} fonts=${fields.fonts ?? {}} errors=${errors} onChange=${(fonts) => onChange({ fonts })} />
      <div class="grid">
        <${Usual} label=${t("create.caption_style")} value=${fields.caption_style} error=${error("caption_style")} options=${STYLES.map((one) => [one, t(`create.caption_style_${one}`)])} onChange=${(caption_style) => onChange({ caption_style })} />
        <${Usual} label=${t("brand.caption_place")} value=${fields.caption_place} error=${error("caption_place")} options=${PLACES.map((one) => [one, t(`brand.place_${one}`)])} onChange=${(caption_place) => onChange({ caption_place })} />
      </div>
    <//>
    <${Logo} fields=${fields} errors=${errors} onChange=${onChange} />
    <${Section} title=${t("brand.clips")} lead=${t("brand.clips_lead")}>
      <${ClipPart} name="intro" clip=${fields.intro} error=${error("intro")} onChange=${(intro) => onChange({ intro })} />
      <${ClipPart} name="outro" clip=${fields.outro} error=${error("outro")} onChange=${(outro) => onChange({ outro })} />
    <//>
    <${Section} title=${t("brand.sound")}>
      <${BrandVoice} voice=${fields.voice} error=${error("voice")} onChange=${(voice) => onChange({ voice })} />
      <div class="grid">
        <${Usual} label=${t("create.speed")} value=${fields.delivery?.speed === undefined ? "" : String(fields.delivery.speed)} error=${error("delivery")} options=${SPEEDS.map((one) => [String(one), t("create.speed_value", { percent: Math.round(one * 100) })])} onChange=${(one) => onChange({ delivery: one === null ? null : { ...fields.delivery, speed: Number(one) } })} />
        <${Usual} label=${t("create.music")} value=${fields.music} error=${error("music")} options=${MOODS.map((one) => [one, t(`create.mood_${one}`)])} onChange=${(music) => onChange({ music })} />
      </div>
      <${TextField} label=${t("create.style")} hint=${t("brand.style_hint")} maxlength="200" value=${fields.style ?? ""} error=${error("style")} onChange=${(style) => onChange({ style: style || null })} />
    <//>
    <${PublishWords} publish=${fields.publish ?? []} error=${error("publish")} onChange=${(publish) => onChange({ publish })} />`;
}

/** A choice whose first entry leaves it to the video. */
function Usual({ value, options, onChange, ...field }) {
  return html`<${Select} ...${field} value=${value ?? ""} options=${[["", t("brand.usual")], ...options]} onChange=${(one) => onChange(one || null)} />`;
}

/** The voices are many, and a brand need not choose one. */
function BrandVoice({ voice, error, onChange }) {
  const words = voice ? t("brand.voice_is", { voice: ["F", "M"].includes(voice) ? t(`voice.${voice}`) : voice }) : t("brand.voice_usual");
  return html`<${More} label=${words} isOpen=${Boolean(error)}>
    <${VoicePicker} value=${voice ?? ""} error=${error} onChange=${onChange} />
    ${voice && html`<div><button type="button" class="button quiet" onClick=${() => onChange(null)}>${t("brand.voice_none")}</button></div>`}
  <//>`;
}
