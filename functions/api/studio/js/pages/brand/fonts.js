/** The fonts of a brand: one for each script, with the licence under which videos may be drawn with it. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { TextField } from "../../ui/field.js";
import { OwnFile } from "./own_file.js";

const SCRIPTS = ["latin", "devanagari"];

/** `onChange` gets all fonts. */
export function Fonts({ fonts, errors, onChange }) {
  const set = (script, font) => {
    const { [script]: before, ...others } = fonts;
    onChange(font ? { ...others, [script]: font } : others);
  };
  return html`<div class="grid">${SCRIPTS.map((script) => {
    const font = fonts[script];
    const error = errors.get(`fonts.${script}`);
    return html`<div class="stack tight" key=${script}>
      <${OwnFile} label=${t(`brand.font_${script}`)} hint=${font ? "" : t("brand.font_hint")} kind="font" upload=${font?.upload} error=${error} onChange=${(upload) => set(script, upload && { licence: "", ...font, upload })} />
      ${font && html`<${TextField} label=${t("brand.licence")} hint=${t("brand.licence_hint")} maxlength="200" value=${font.licence ?? ""} onChange=${(licence) => set(script, { ...font, licence })} />`}
    </div>`;
  })}</div>`;
}
