import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Icon } from "../../ui/icon.js";

const LOOKS = { waiting: ["warn", "clock"], granted: ["good", "check"], refused: ["bad", "close"], expired: ["", "clock"] };

/** The state of an approval, in words and colour. */
export function ApprovalState({ state }) {
  const [look, icon] = LOOKS[state] ?? ["", "info"];
  return html`<span class=${`tag ${look}`}><${Icon} name=${icon} />${t(`approval.state_${state}`)}</span>`;
}
