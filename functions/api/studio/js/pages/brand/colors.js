/** The colours of the text in a video. */
import { html, useId } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { FieldError } from "../../ui/field.js";

/** The usual colours, which the picker begins with. */
const USUAL = { text: "#ffffff", outline: "#000000", highlight: "#ffd400" };

/** `onChange` gets all colours; null: the usual one. */
export function Colors({ colors, errors, onChange }) {
  return html`<fieldset class="field"><legend>${t("brand.colors")}</legend>
    <div class="row brand-colors">${Object.keys(USUAL).map((name) => html`<${Color} key=${name} name=${name} value=${colors[name]} error=${errors.get(`colors.${name}`)} onChange=${(one) => onChange({ ...colors, [name]: one })} />`)}</div>
  </fieldset>`;
}

function Color({ name, value, error, onChange }) {
  const id = useId();
  const words = t(`brand.color_${name}`);
  return html`<div class="brand-color">
    <input type="color" id=${id} value=${value ?? USUAL[name]} aria-invalid=${error ? "true" : undefined} aria-describedby=${error && `${id}-error`} onInput=${(event) => onChange(event.currentTarget.value)} />
    <span class="stack tight brand-color-words"><label for=${id}>${words}</label>
      <span class="soft small numbers">${value ?? t("brand.usual")}</span></span>
    ${value && html`<${Button} kind="quiet" icon="undo" label=${t("brand.color_usual", { name: words })} onClick=${() => onChange(null)} />`}
    <${FieldError} id=${`${id}-error`} error=${error} />
  </div>`;
}
