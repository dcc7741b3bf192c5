/** Choose who speaks. <VoicePicker language value error onChange>: `value` is F, M, or a provider's own voice. */
import { html } from "../../vendor/preact.js";
import { t } from "../text.js";
import { Choice } from "./field.js";

export function VoicePicker({ value, error, onChange }) {
  const own = ["F", "M"].includes(value) ? [] : [[value, value]];
  return html`<${Choice} label=${t("create.voice")} value=${value} error=${error} options=${[["F", t("create.voice_F")], ["M", t("create.voice_M")], ...own]} onChange=${onChange} />`;
}
