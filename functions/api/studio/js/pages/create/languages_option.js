/** The further languages of the narration, and the languages of the captions. */
import { html } from "../../../vendor/preact.js";
import { changeOthers, listOthers } from "../../lib/languages.js";
import { language as pageLanguage, t } from "../../text.js";
import { Choice } from "../../ui/field.js";
import { LanguageList } from "../../ui/language_list.js";

/** One video for each further language, or one video with an audio track for each. */
export function FurtherLanguages({ plan, errors, onChange }) {
  const others = listOthers(plan);
  const change = (tags) => onChange(changeOthers(plan, tags, pageLanguage.get()));
  return html`<div class="options">
    <${LanguageList} label=${t("create.languages")} hint=${t("create.languages_hint")} path="languages" error=${errors.get("languages")} value=${others} without=${[plan.language ?? pageLanguage.get()]} onChange=${change} />
    ${others.length > 0 && html`<div data-path="language_output"><${Choice} label=${t("create.output")} value=${plan.language_output ?? "videos"} error=${errors.get("language_output")} options=${["videos", "tracks"].map((one) => [one, t(`create.output_${one}`)])} onChange=${(one) => onChange({ language_output: one })} /></div>`}
  </div>`;
}

/** The captions: the usual ones, none, or in chosen languages. */
export function CaptionLanguages({ value, error, onChange }) {
  const set = (tags) => onChange({ subtitle_languages: tags });
  const chosen = value ? (value.length ? "own" : "none") : "usual";
  const choices = ["usual", "none", ...(value?.length ? ["own"] : [])].map((one) => [one, t(`create.captions_${one}`)]);
  return html`<${LanguageList} label=${t("create.captions")} path="subtitle_languages" error=${error} value=${value ?? []} choices=${choices} chosen=${chosen} onChoose=${(one) => one !== "own" && set(one === "none" ? [] : null)} onChange=${set} />`;
}
