/** How the words look: a card with a small sample for each look. */
import { html, useId } from "../../../../vendor/preact.js";
import { loadStyle } from "../../../place.js";
import { loadTexts, t } from "../../../text.js";
import { FieldError } from "../../../ui/field.js";

await Promise.all([loadTexts("sound"), loadStyle("song")]);

/** The looks of the API. */
export const LOOKS = ["clean", "bold", "handwritten", "karaoke", "brat"];

export function LookCards({ value, language, error, onChange }) {
  const id = useId();
  return html`<fieldset class="field looks" data-path="song.look" aria-describedby=${error ? `${id}-error` : undefined}>
    <legend><h2>${t("sound.look")}</h2></legend>
    <div class="look-list">${LOOKS.map((look) => html`<label class="look-card" key=${look}>
      <span class=${`look-sample ${look}`} aria-hidden="true" lang=${language || undefined}><${Sample} look=${look} /></span>
      <span class="look-name"><input type="radio" name=${id} value=${look} checked=${look === value} onChange=${() => onChange(look)} /><span><strong>${t(`sound.look_${look}`)}</strong><span class="soft small">${t(`sound.look_${look}_hint`)}</span></span></span>
    </label>`)}</div>
    <${FieldError} id=${`${id}-error`} error=${error} />
  </fieldset>`;
}

function Sample({ look }) {
  const [first, second, third] = t("sound.sample").split(" ");
  if (look === "bold") return html`<b>${first} <i>${second}</i></b>`;
  if (look === "karaoke") return html`<span><i>${first} ${second}</i> ${third}</span><span class="later">${t("sound.sample")}</span>`;
  return html`<span>${t("sound.sample")}</span>`;
}
