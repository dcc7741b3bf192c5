/** One scene: what is spoken, what is shown, and how. */
import { html } from "../../../vendor/preact.js";
import { formatClock } from "../../lib/format.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { Select, TextArea, TextField } from "../../ui/field.js";
import { More } from "../../ui/more.js";
import { ScenePicture } from "./scene_picture.js";

export const CAMERAS = ["", "zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down", "push_in", "pull_out", "hold"];
export const TRANSITIONS = ["crossfade", "dip", "wipe", "cut"];

export function SceneCard({ scene, index, count, seconds, errors, language, drag, preview, tags, onChange, onMove, onDuplicate, onRemove }) {
  const path = (name) => `scenes[${index}].${name}`;
  const error = (name) => errors.get(path(name));
  const number = { number: index + 1 };
  const moveByKey = (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    onMove(index + (event.key === "ArrowUp" ? -1 : 1));
  };
  const hidden = ["camera", "transition", "title", "title.text", "lower_third", "lower_third.text", "duration_sec", "sounds"].some((name) => error(name));
  return html`<li class=${`card scene ${drag.isDragged ? "dragged" : ""} ${drag.isTarget ? "target" : ""}`} onKeyDown=${moveByKey}>
    <div class="scene-head">
      <span class="grip" title=${t("scenes.drag")} ...${drag.handle}><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M9 6v.01M15 6v.01M9 12v.01M15 12v.01M9 18v.01M15 18v.01" /></svg></span>
      <h2>${t("scenes.scene", number)}</h2>
      ${seconds ? html`<span class="tag numbers">≈ ${formatClock(seconds)}</span>` : null}${tags}
      <span class="tools">
        <${Button} kind="quiet" icon="up" label=${t("scenes.up", number)} isDisabled=${index === 0} onClick=${() => onMove(index - 1)} />
        <${Button} kind="quiet" icon="down" label=${t("scenes.down", number)} isDisabled=${index === count - 1} onClick=${() => onMove(index + 1)} />
        <${Button} kind="quiet" icon="copy" label=${t("scenes.duplicate", number)} onClick=${onDuplicate} />
        <${Button} kind="quiet" icon="trash" label=${t("scenes.remove", number)} onClick=${onRemove} />
      </span>
    </div>
    ${preview}
    <div class="scene-body">
      <${TextArea} label=${t("scenes.narration")} rows="3" lang=${language} data-path=${path("narration")} value=${scene.narration ?? ""} error=${error("narration") ?? errors.get(`scenes[${index}]`)} onChange=${(narration) => onChange({ narration, translations: undefined })} />
      <${ScenePicture} scene=${scene} path=${path("image_prompt")} error=${error("image_prompt") ?? error("image") ?? error("image.upload") ?? error("clip") ?? error("clip.upload")} onChange=${onChange} />
    </div>
    <${More} label=${t("scenes.more")} isOpen=${hidden}>
      <div class="grid">
        <${TextField} label=${t("scenes.on_screen")} hint=${t("scenes.on_screen_hint")} data-path=${path("title")} value=${scene.title?.text ?? ""} error=${error("title") ?? error("title.text")} onChange=${(text) => onChange({ title: text ? { ...scene.title, text } : null })} />
        <${TextField} label=${t("scenes.lower_third")} hint=${t("scenes.lower_third_hint")} data-path=${path("lower_third")} value=${scene.lower_third?.text ?? ""} error=${error("lower_third") ?? error("lower_third.text")} onChange=${(text) => onChange({ lower_third: text ? { ...scene.lower_third, text } : null })} />
        <${Select} label=${t("scenes.camera")} data-path=${path("camera")} value=${scene.camera ?? ""} error=${error("camera")} options=${CAMERAS.map((one) => [one, t(`scenes.camera_${one || "auto"}`)])} onChange=${(camera) => onChange({ camera: camera || null })} />
        <${Select} label=${t("scenes.transition")} data-path=${path("transition")} value=${scene.transition ?? "crossfade"} error=${error("transition")} options=${TRANSITIONS.map((one) => [one, t(`scenes.transition_${one}`)])} onChange=${(transition) => onChange({ transition })} />
        <${TextField} label=${t("scenes.duration")} hint=${t("scenes.duration_hint")} type="number" inputmode="decimal" min="1" max="600" step="0.5" data-path=${path("duration_sec")} value=${scene.duration_sec ?? ""} error=${error("duration_sec")} onChange=${(text) => onChange({ duration_sec: text === "" ? null : Number(text) })} />
        <${TextField} label=${t("scenes.sound")} hint=${t("scenes.sound_hint")} data-path=${path("sounds")} value=${scene.sounds?.[0]?.text ?? ""} error=${error("sounds") ?? error("sounds[0].text")} onChange=${(text) => onChange({ sounds: text ? [{ ...scene.sounds?.[0], text }, ...(scene.sounds ?? []).slice(1)] : (scene.sounds ?? []).slice(1) })} />
      </div>
    <//>
  </li>`;
}
