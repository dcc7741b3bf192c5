import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

/** What a page shows while there is nothing: a picture, a sentence, and the next step. */
export function EmptyState({ icon, title, children }) {
  return html`<div class="empty"><${Icon} name=${icon} /><h2>${title}</h2>${children}</div>`;
}
