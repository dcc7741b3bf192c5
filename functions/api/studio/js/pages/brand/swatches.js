/** A brand in short: its colours, and what else it decides. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";

export function Swatches({ fields }) {
  const colors = Object.values(fields.colors ?? {}).filter(Boolean);
  const has = { fonts: Object.keys(fields.fonts ?? {}).length > 0, logo: fields.logo, intro: fields.intro, outro: fields.outro, voice: fields.voice, music: fields.music };
  const names = Object.keys(has).filter((name) => has[name]);
  return html`<div class="row brand-swatches">
    ${colors.map((color) => html`<span class="brand-swatch" style=${{ background: color }} title=${color} />`)}
    ${names.map((name) => html`<span class="tag">${t(`brand.has_${name}`)}</span>`)}
  </div>`;
}
