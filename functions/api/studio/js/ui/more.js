import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

/** A part that is folded away until the reader opens it. */
export function More({ label, isOpen = false, onToggle, children }) {
  return html`<details class="more" open=${isOpen} onToggle=${(event) => onToggle?.(event.currentTarget.open)}>
    <summary><${Icon} name="right" />${label}</summary>
    <div class="content">${children}</div>
  </details>`;
}
