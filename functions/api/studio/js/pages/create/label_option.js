/** A label in the video which says that a machine made it. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Checkbox, FieldError, Select, TextField } from "../../ui/field.js";

const CORNERS = ["tl", "tr", "bl", "br"];

/** `onChange` gets the plan's `label`; null: there is none. */
export function LabelOption({ label, error, onChange }) {
  const fields = readLabel(label);
  const set = (more) => onChange({ ...fields, ...more });
  return html`<div class="field" data-path="label">
    <${Checkbox} label=${t("create.label")} hint=${t("create.label_hint")} checked=${Boolean(fields)} onChange=${(isWanted) => onChange(isWanted ? {} : null)} />
    ${fields && html`<div class="grid">
      <${TextField} label=${t("create.label_text")} hint=${t("create.label_text_hint")} maxlength="60" value=${fields.text ?? ""} onChange=${(text) => set({ text: text || undefined })} />
      <${Select} label=${t("create.label_place")} value=${fields.position ?? "bl"} options=${CORNERS.map((one) => [one, t(`common.corner_${one}`)])} onChange=${(position) => set({ position })} />
      <${TextField} label=${t("create.label_seconds")} hint=${t("create.label_seconds_hint")} type="number" inputmode="decimal" min="1" step="0.5" value=${fields.seconds ?? ""} onChange=${(text) => set({ seconds: text === "" ? undefined : Number(text) })} />
    </div>`}
    <${FieldError} error=${error} />
  </div>`;
}

/** A plan file may have true or a text instead of the fields. */
function readLabel(label) {
  if (label === true) return {};
  if (typeof label === "string") return { text: label };
  return label || null;
}
