/** What is shown with the sound: images and clips, drawn images, or a colour. */
import { html, useState } from "../../../../vendor/preact.js";
import { makeKey } from "../../../lib/draft.js";
import { moveShown, removeShown } from "../../../lib/own_audio.js";
import { loadStyle } from "../../../place.js";
import { loadTexts, t } from "../../../text.js";
import { Button } from "../../../ui/button.js";
import { Choice, FieldError, Select, TextArea } from "../../../ui/field.js";
import { MediaPicker } from "../../../ui/media_picker.js";
import { UploadPicture } from "../../../ui/upload_picture.js";

await Promise.all([loadTexts("sound"), loadStyle("song")]);

const ICONS = { color: "sun", scenes: "image", prompt: "spark", auto: "sound" };
const CUTS = ["auto", "beat", "bar", "two_bars", "section"];
/** Colours to choose from; the last one is the reader's own. */
const COLORS = ["#101418", "#1b1a3a", "#5b2fb8", "#b3213a", "#c2551b", "#0f5b4d", "#8ace00", "#f4efe6"];

/** @param {{audio: object, kinds: string[], error?: string, onChange: (fields: object) => void}} props `kinds`: of the choice */
export function Background({ audio, kinds, error, onChange }) {
  const kind = audio.background;
  return html`<div class="stack" data-path="background">
    <${Choice} label=${t(kinds.includes("auto") ? "sound.behind_voice" : "sound.behind")} value=${kind} options=${kinds.map((one) => [one, t(`sound.behind_${one}`), ICONS[one]])} onChange=${(background) => onChange({ background })} />
    ${kind === "auto" && html`<p class="soft small">${t("sound.behind_auto_hint")}</p>`}
    ${kind === "prompt" && html`<${TextArea} label=${t("sound.prompt")} hint=${t("sound.prompt_hint")} rows="3" maxlength="2000" value=${audio.prompt} error=${error} onChange=${(prompt) => onChange({ prompt })} />`}
    ${kind === "scenes" && html`<${Scenes} scenes=${audio.scenes} onChange=${(scenes) => onChange({ scenes })} />`}
    ${kind === "color" && html`<${Colors} value=${audio.color} onChange=${(color) => onChange({ color })} />`}
    ${kinds.includes("color") && kind !== "color" && html`<${Select} label=${t("sound.cut")} value=${audio.rest.cut ?? "auto"} options=${CUTS.map((one) => [one, t(`sound.cut_${one}`)])} onChange=${(cut) => onChange({ rest: { ...audio.rest, cut } })} />`}
    ${kind !== "prompt" && error && html`<div class="field"><${FieldError} error=${error} /></div>`}
  </div>`;
}

function Colors({ value, onChange }) {
  return html`<fieldset class="field"><legend class="visually-hidden">${t("sound.behind_color")}</legend>
    <div class="colors">
      <label class="color none"><input type="radio" name="song-color" checked=${!value} onChange=${() => onChange("")} /><span>${t("sound.color_auto")}</span></label>
      ${COLORS.map((color) => html`<label class="color" key=${color} title=${color}><input type="radio" name="song-color" value=${color} checked=${value === color} aria-label=${t("sound.color_named", { color })} onChange=${() => onChange(color)} /><i style=${{ background: color }} /></label>`)}
      <label class="color own"><input type="color" value=${value || "#5b2fb8"} onChange=${(event) => onChange(event.currentTarget.value)} /><span>${t("sound.color_own")}</span></label>
    </div>
  </fieldset>`;
}

/** The images and clips, in the order in which they are shown. */
function Scenes({ scenes, onChange }) {
  const [isChoosing, setChoosing] = useState(false);
  const add = ([upload]) => {
    setChoosing(false);
    if (upload) onChange([...scenes, { key: makeKey(), [upload.kind === "video" ? "clip" : "image"]: { upload: upload.upload_id } }]);
  };
  return html`<p class="soft small">${t("sound.scenes_hint")}</p>
    ${scenes.length > 0 && html`<ol class="plain shown-list">${scenes.map((scene, index) => html`<li key=${scene.key}>
      <${Shown} scene=${scene} />
      <div class="row shown-tools">
        <${Button} kind="quiet" icon="left" label=${t("sound.earlier", { number: index + 1 })} isDisabled=${index === 0} onClick=${() => onChange(moveShown(scenes, index, index - 1))} />
        <${Button} kind="quiet" icon="right" label=${t("sound.later", { number: index + 1 })} isDisabled=${index === scenes.length - 1} onClick=${() => onChange(moveShown(scenes, index, index + 1))} />
        <${Button} kind="quiet" icon="trash" label=${t("sound.remove_shown", { number: index + 1 })} onClick=${() => onChange(removeShown(scenes, index))} />
      </div></li>`)}</ol>`}
    <div><${Button} icon="plus" onClick=${() => setChoosing(true)}>${t("create.add_files")}<//></div>
    <${MediaPicker} isOpen=${isChoosing} kinds=${["image", "video"]} onChoose=${add} onClose=${() => setChoosing(false)} />`;
}

function Shown({ scene }) {
  const own = scene.image ?? scene.clip;
  if (own) return html`<${UploadPicture} id=${typeof own === "string" ? own : own.upload} kind=${scene.clip ? "video" : "image"} />`;
  if (scene.color) return html`<span class="shown-color" style=${{ background: scene.color }} />`;
  return html`<span class="shown-words small">${scene.image_prompt ?? scene.narration}</span>`;
}
