/** One scene of a plan in review. */
import { html } from "../../../vendor/preact.js";
import { fileUrl } from "../../api.js";
import { formatClock } from "../../lib/format.js";
import { t } from "../../text.js";
import { Select, TextArea, TextField } from "../../ui/field.js";
import { FramePreview } from "../../ui/frame_preview.js";
import { Lazy } from "../../ui/lazy.js";
import { More } from "../../ui/more.js";
import { ScenePicture } from "../create/scene_picture.js";
import { CAMERAS, TRANSITIONS } from "../create/scene_card.js";

/** `hasOwnSound`: a song or a recorded voice is heard, so that no words are spoken anew. */
export function StoryCard({ id, index, scene, edits, patch, version, aspect = "16:9", language, narration, seconds, isLocked, hasOwnSound = false, errors, onChange }) {
  const shown = { ...scene, ...edits };
  const error = (name) => errors.get(`scenes[${index}].${name}`);
  const isSpokenAnew = edits.narration !== undefined && edits.narration !== scene.narration;
  return html`<li class="card story-card">
    <div class="row"><h2>${t("review.scene", { number: index + 1 })}</h2>${isSpokenAnew ? seconds > 0 && html`<span class="tag numbers">≈ ${formatClock(seconds)}</span>` : narration && html`<span class="tag numbers">${formatClock(narration.duration_sec)}</span>`}${Object.keys(edits).length > 0 && html`<span class="tag warn">${t("review.edited")}</span>`}</div>
    <div class="story-body">
      <div class="scene-preview"><${Lazy} aspect=${aspect.replace(":", " / ")}><${FramePreview} jobId=${id} scene=${index} words=${shown.narration} aspect=${aspect} patch=${patch} version=${version} /><//></div>
      <div class="stack">
        <fieldset class="field stack" disabled=${isLocked}>
          <legend class="visually-hidden">${t("review.scene", { number: index + 1 })}</legend>
          ${hasOwnSound ? shown.narration && html`<p lang=${language}>${shown.narration}</p>` : html`<${TextArea} label=${t("review.narration")} rows="4" lang=${language} value=${shown.narration} error=${error("narration")} onChange=${(text) => onChange({ narration: text })} />`}
          ${hasOwnSound ? null : narration && !isSpokenAnew ? html`<audio controls preload="none" src=${fileUrl(narration.url)} aria-label=${t("review.listen", { number: index + 1 })} />` : scene.narration && html`<p class="soft small">${t(isSpokenAnew ? "review.voice_anew" : "review.voice_soon")}</p>`}
          <${ScenePicture} scene=${shown} path=${`scenes[${index}].image_prompt`} error=${error("image_prompt") ?? error("image") ?? error("clip")} onChange=${onChange} />
          <${More} label=${t("review.more")}>
            <div class="grid">
              <${TextField} label=${t("review.on_screen")} value=${shown.title?.text ?? ""} error=${error("title")} onChange=${(text) => onChange({ title: text ? { ...shown.title, text } : null })} />
              <${Select} label=${t("review.camera")} value=${shown.camera ?? ""} options=${CAMERAS.map((one) => [one, t(`scenes.camera_${one || "auto"}`)])} onChange=${(camera) => onChange({ camera: camera || null })} />
              <${Select} label=${t("review.transition")} value=${shown.transition} options=${TRANSITIONS.map((one) => [one, t(`scenes.transition_${one}`)])} onChange=${(transition) => onChange({ transition })} />
            </div>
          <//>
        </fieldset>
      </div>
    </div>
  </li>`;
}
