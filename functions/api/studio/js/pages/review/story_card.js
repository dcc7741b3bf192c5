/** One scene of a plan in review. */
import { html } from "../../../vendor/preact.js";
import { fileUrl } from "../../api.js";
import { formatClock } from "../../lib/format.js";
import { nameLanguage } from "../../lib/languages.js";
import { language as pageLanguage, t } from "../../text.js";
import { Select, TextArea, TextField } from "../../ui/field.js";
import { FramePreview } from "../../ui/frame_preview.js";
import { Lazy } from "../../ui/lazy.js";
import { More } from "../../ui/more.js";
import { ScenePicture } from "../create/scene_picture.js";
import { CAMERAS, TRANSITIONS } from "../create/scene_card.js";

/** `hasOwnSound`: a song or a recorded voice is heard, so that no words are spoken anew. */
export function StoryCard({ id, index, scene, edits, patch, version, aspect = "16:9", language, narrations, others, seconds, isLocked, hasOwnSound = false, errors, onChange }) {
  const shown = { ...scene, ...edits };
  const error = (name) => errors.get(`scenes[${index}].${name}`);
  const [narration] = narrations;
  // a new narration drops its translations, so the change gives them too
  const changeNarration = (text) => onChange({ narration: text, ...(others.length ? { translations: shown.translations } : {}) });
  const isSpokenAnew = edits.narration !== undefined && edits.narration !== scene.narration;
  return html`<li class="card story-card">
    <div class="row"><h2>${t("review.scene", { number: index + 1 })}</h2>${isSpokenAnew ? seconds > 0 && html`<span class="tag numbers">≈ ${formatClock(seconds)}</span>` : narration && html`<span class="tag numbers">${formatClock(narration.duration_sec)}</span>`}${Object.keys(edits).length > 0 && html`<span class="tag warn">${t("review.edited")}</span>`}</div>
    <div class="story-body">
      <div class="scene-preview"><${Lazy} aspect=${aspect.replace(":", " / ")}><${FramePreview} jobId=${id} scene=${index} words=${shown.narration} aspect=${aspect} patch=${patch} version=${version} /><//></div>
      <div class="stack">
        <fieldset class="field stack" disabled=${isLocked}>
          <legend class="visually-hidden">${t("review.scene", { number: index + 1 })}</legend>
          ${hasOwnSound ? shown.narration && html`<p lang=${language}>${shown.narration}</p>` : html`<${TextArea} label=${t("review.narration")} rows="4" lang=${language} value=${shown.narration} error=${error("narration")} onChange=${changeNarration} />`}
          ${hasOwnSound ? null : narration && !isSpokenAnew ? html`<audio controls preload="none" src=${fileUrl(narration.url)} aria-label=${t("review.listen", { number: index + 1 })} />` : scene.narration && html`<p class="soft small">${t(isSpokenAnew ? "review.voice_anew" : "review.voice_soon")}</p>`}
          ${scene.narration && others.map((code) => html`<${Translation} key=${code} code=${code} index=${index} before=${scene.translations[code] ?? ""} value=${shown.translations[code] ?? ""} narration=${narrations.find((one) => one.language === code && one !== narration)} error=${error(`translations.${code}`)} onChange=${(text) => onChange({ translations: { ...shown.translations, [code]: text } })} />`)}
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

/** What is said in another language. `narration`: its voice, if it is heard in the same video. */
function Translation({ code, index, before, value, narration, error, onChange }) {
  const name = nameLanguage(code, pageLanguage.get());
  return html`<${TextArea} label=${t("review.narration_in", { language: name })} rows="3" lang=${code} dir="auto" value=${value} error=${error} onChange=${onChange} />
    ${narration && value === before && html`<audio controls preload="none" src=${fileUrl(narration.url)} aria-label=${t("review.listen_in", { number: index + 1, language: name })} />`}`;
}
