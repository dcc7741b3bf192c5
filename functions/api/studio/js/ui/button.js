import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

/**
 * A button, or with `href` a link that looks like one.
 * @param {object} props
 * @param {"plain" | "primary" | "danger" | "quiet"} [props.kind]
 * @param {string} [props.icon] a name of icon.js
 * @param {string} [props.label] the name for screen readers and the tooltip of a button that shows an icon only
 * @param {boolean} [props.isBusy] work is going on: shows a spinner, and a click does nothing
 * @param {boolean} [props.isDisabled] a click does nothing; the button keeps the focus
 */
export function Button({ kind = "plain", icon, label, isBusy = false, isDisabled = false, size = "", href, type = "button", onClick, children, ...rest }) {
  const isBlocked = isBusy || isDisabled;
  const classes = ["button", kind, size, label && !children ? "icon-only" : ""].filter(Boolean).join(" ");
  const content = html`${isBusy ? html`<span class="spinner" />` : icon && html`<${Icon} name=${icon} />`}${children}`;
  if (href) return html`<a class=${classes} href=${href} aria-label=${label} title=${label} onClick=${onClick} ...${rest}>${content}</a>`;
  const press = (event) => {
    if (isBlocked) event.preventDefault();
    else onClick?.(event);
  };
  return html`<button class=${classes} type=${type} aria-label=${label} title=${label} aria-busy=${isBusy || undefined} aria-disabled=${isBlocked || undefined} onClick=${press} ...${rest}>${content}</button>`;
}
