/** The logo or the text in a corner of the video. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Checkbox, Select, TextField } from "../../ui/field.js";
import { Section } from "../../ui/section.js";
import { OwnFile } from "./own_file.js";

const CORNERS = ["tl", "tr", "bl", "br"];
const WIDTHS = [0.08, 0.12, 0.16, 0.2, 0.25];
const STRENGTHS = [0.4, 0.6, 0.75, 0.9, 1];

/** `onChange` gets the fields of the brand that change. */
export function Logo({ fields, errors, onChange }) {
  const { logo } = fields;
  const set = (more) => onChange({ logo: { ...logo, ...more } });
  const percents = (values, own) => [...new Set([...values, own])].sort((a, b) => a - b).map((one) => [String(one), t("brand.percent", { percent: Math.round(one * 100) })]);
  return html`<${Section} title=${t("brand.mark")}>
    <${OwnFile} label=${t("brand.logo")} hint=${t("brand.logo_hint")} kind="image" upload=${logo?.upload} error=${errors.get("logo")} onChange=${(upload) => onChange(upload ? { logo: { ...logo, upload }, watermark: null } : { logo: null })} />
    ${logo && html`<div class="grid">
      <${Select} label=${t("brand.logo_place")} value=${logo.position ?? "tr"} options=${CORNERS.map((one) => [one, t(`common.corner_${one}`)])} onChange=${(position) => set({ position })} />
      <${Select} label=${t("brand.logo_width")} value=${String(logo.width ?? 0.12)} options=${percents(WIDTHS, logo.width ?? 0.12)} onChange=${(one) => set({ width: Number(one) })} />
      <${Select} label=${t("brand.logo_opacity")} value=${String(logo.opacity ?? 0.9)} options=${percents(STRENGTHS, logo.opacity ?? 0.9)} onChange=${(one) => set({ opacity: Number(one) })} />
    </div>`}
    ${!logo && html`<div class="stack tight">
      <${Checkbox} label=${t("brand.own_watermark")} hint=${t("brand.own_watermark_hint")} checked=${typeof fields.watermark === "string"} onChange=${(isOwn) => onChange({ watermark: isOwn ? (fields.title ?? "").slice(0, 40) : null })} />
      ${typeof fields.watermark === "string" && html`<${TextField} label=${t("create.watermark")} hint=${t("create.watermark_hint")} maxlength="40" value=${fields.watermark} error=${errors.get("watermark")} onChange=${(watermark) => onChange({ watermark })} />`}
    </div>`}
  <//>`;
}
