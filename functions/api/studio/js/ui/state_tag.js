import { html } from "../../vendor/preact.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";

const LOOKS = { success: ["good", "check"], error: ["bad", "alert"], awaiting_approval: ["warn", "clock"], running: ["accent", "spark"], pending: ["", "clock"], canceled: ["", "close"] };

/** The state of a job, in words and colour. */
export function StateTag({ state }) {
  const [look, icon] = LOOKS[state] ?? ["", "info"];
  return html`<span class=${`tag ${look}`}><${Icon} name=${icon} />${t(`common.state_${state}`)}</span>`;
}
