/** What a scene shows: a picture that is drawn from words, or the user's own file. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { FieldError, TextArea } from "../../ui/field.js";
import { MediaPicker } from "../../ui/media_picker.js";
import { UploadPicture } from "../../ui/upload_picture.js";
import { MediaOptions } from "./media_options.js";

export function ScenePicture({ scene, path, error, onChange }) {
  const [isChoosing, setChoosing] = useState(false);
  const own = scene.image ?? scene.clip;
  const id = typeof own === "string" ? own : own?.upload;
  const choose = ([upload]) => {
    setChoosing(false);
    if (!upload) return;
    const media = { upload: upload.upload_id };
    onChange(upload.kind === "video" ? { clip: media, image: null } : { image: media, clip: null });
  };
  const picker = html`<${MediaPicker} isOpen=${isChoosing} kinds=${["image", "video"]} onChoose=${choose} onClose=${() => setChoosing(false)} />`;
  if (id) {
    return html`<div class="field" data-path=${path}>
      <span class="label">${t("scenes.own_file")}</span>
      <div class="row"><${UploadPicture} id=${id} />
        <div class="stack tight"><${Button} icon="image" onClick=${() => setChoosing(true)}>${t("scenes.another_file")}<//>
        <${Button} kind="quiet" onClick=${() => onChange({ image: null, clip: null })}>${t("scenes.draw_instead")}<//></div></div>
      <${FieldError} error=${error} />
      <${MediaOptions} media=${typeof own === "string" ? { upload: own } : own} isClip=${Boolean(scene.clip)} onChange=${(media) => onChange(scene.clip ? { clip: media } : { image: media })} />${picker}
    </div>`;
  }
  if (scene.color) return html`<div class="field" data-path=${path}><span class="label">${t("scenes.flat_color")}</span><div class="row"><span class="scene-color" style=${{ background: scene.color }} /><code>${scene.color}</code></div><${FieldError} error=${error} /></div>`;
  return html`<div class="stack tight">
    <${TextArea} label=${t("scenes.image_prompt")} hint=${t("scenes.image_prompt_hint")} rows="3" maxlength="1000" data-path=${path} value=${scene.image_prompt ?? ""} error=${error} onChange=${(image_prompt) => onChange({ image_prompt })} />
    <div><${Button} kind="quiet" icon="upload" onClick=${() => setChoosing(true)}>${t("scenes.use_own_file")}<//></div>${picker}
  </div>`;
}
