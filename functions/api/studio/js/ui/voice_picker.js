/**
 * Choose who speaks, and hear each voice before.
 *
 *   html`<${VoicePicker} language=${plan.language} value=${plan.voice} error=${error} onChange=${(voice) => ...} />`
 *
 * `language`: "en" or "hi"; left out: the language of the page. `value`: F, M, or a provider's own voice, as a plan names
 * it. `onChange` gets the new value. A sample that is made already plays at once; another one is made when it is first
 * asked for, and its price is on its card.
 */
import { html, useId } from "../../vendor/preact.js";
import { call } from "../api.js";
import { formatMoney } from "../lib/format.js";
import { nameProvider, sortVoices } from "../lib/voices.js";
import { loadStyle } from "../place.js";
import { language as pageLanguage, loadTexts, t } from "../text.js";
import { Button } from "./button.js";
import { FieldError } from "./field.js";
import { Icon } from "./icon.js";
import { More } from "./more.js";
import { useLoad } from "./use_load.js";
import { useSample } from "./use_sample.js";

await Promise.all([loadTexts("voice"), loadStyle("voice")]);

export function VoicePicker({ language, value, error, onChange }) {
  const spoken = language || pageLanguage.get();
  const { value: list, reload } = useLoad((signal) => call("GET", `/voices?language=${spoken}`, { signal }), [spoken]);
  const sample = useSample(spoken, reload);
  const id = useId();
  const { first, others } = sortVoices(list?.voices ?? [], value);
  const card = (voice) => html`<${VoiceCard} key=${voice.voice} name=${id} voice=${voice} isChosen=${voice.voice === value} errorId=${error && `${id}-error`} sample=${sample} onChange=${onChange} />`;
  return html`<fieldset class="field voices" aria-busy=${list ? undefined : "true"}>
    <legend>${t("voice.title")}</legend>
    <ul class="plain voice-list">${first.map(card)}</ul>
    ${others.length > 0 && html`<${More} label=${t("voice.others", { count: others.length })}><ul class="plain voice-list">${others.map(card)}</ul><//>`}
    <${FieldError} id=${`${id}-error`} error=${error} />
  </fieldset>`;
}

function VoiceCard({ name, voice, isChosen, errorId, sample, onChange }) {
  const title = voice.isGender ? t(`voice.${voice.voice}`) : voice.name || voice.voice;
  const isActive = sample.voice === voice.voice;
  return html`<li class="voice">
    <div class="voice-row">
      <label>
        <input type="radio" name=${name} value=${voice.voice} checked=${isChosen} data-path="voice" aria-invalid=${errorId ? "true" : undefined} aria-describedby=${errorId || undefined} onChange=${() => onChange(voice.voice)} />
        <span class="voice-words"><span class="voice-name">${title}</span>${voice.provider && html`<span class="soft small">${describeVoice(voice)}</span>`}</span>
      </label>
      ${voice.provider && voice.is_available && html`<${PlayButton} title=${title} state=${isActive ? sample.state : ""} onClick=${() => sample.toggle(voice)} />`}
    </div>
    ${voice.provider && !voice.is_available && html`<p class="small soft">${t("voice.not_now")}</p>`}
    ${isActive && sample.problem && html`<p class="small bad" role="alert"><${Icon} name="alert" /> ${sample.problem}</p>`}
  </li>`;
}

function PlayButton({ title, state, onClick }) {
  const isPlaying = state === "playing";
  const label = t(isPlaying ? "voice.stop" : state === "making" ? "voice.making" : "voice.play", { name: title });
  return html`<${Button} kind="quiet" icon=${isPlaying ? "stop" : "play"} label=${label} isBusy=${state === "making"} onClick=${onClick} />`;
}

function describeVoice(voice) {
  const gender = voice.isGender || !voice.gender ? "" : t(`voice.${voice.gender}`);
  const speaker = voice.isGender && voice.name ? t("voice.name_of", { name: voice.name, provider: nameProvider(voice.provider) }) : nameProvider(voice.provider);
  return [gender, speaker, describePrice(voice), describeSample(voice), voice.expresses_emotion && t("voice.emotion")].filter(Boolean).join(" · ");
}

function describePrice({ price_usd: usd, price_per: per }) {
  if (usd === null) return t("voice.free");
  return t(per === "minute" ? "voice.price_minute" : "voice.price_characters", { price: formatMoney(usd) });
}

/** The price of hearing it comes before it is paid. */
function describeSample({ sample_usd: usd }) {
  return usd > 0 ? t("voice.price_sample", { price: formatMoney(usd) }) : "";
}
