import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";

const LOOKS = { published: "good", uploaded: "good", failed: "bad", uploading: "accent", waiting: "warn", scheduled: "accent", canceled: "" };

/** The state of a publication, in words and colour. */
export function PublicationState({ state }) {
  return html`<span class=${`tag ${LOOKS[state] ?? ""}`}>${t(`publish.state_${state}`)}</span>`;
}
