import { html, useEffect, useId, useRef } from "../../vendor/preact.js";
import { t } from "../text.js";
import { Button } from "./button.js";

/**
 * A window over the page, which keeps the focus until it closes and then gives it back.
 * @param {{isOpen: boolean, title: string, onClose: () => void, isWide?: boolean}} props
 */
export function Dialog({ isOpen, title, onClose, isWide = false, children }) {
  const element = useRef();
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (isOpen && !dialog.open) dialog.showModal();
    if (!isOpen && dialog.open) dialog.close();
  }, [isOpen]);
  const closeOnBackdrop = (event) => event.target === element.current && onClose();
  return html`<dialog class=${isWide ? "dialog wide" : "dialog"} ref=${element} aria-labelledby=${id} onClose=${() => isOpen && onClose()} onMouseDown=${closeOnBackdrop}>
    ${isOpen && html`<div class="content">
      <div class="row between"><h2 id=${id}>${title}</h2><${Button} kind="quiet" icon="close" label=${t("common.close")} onClick=${onClose} /></div>
      ${children}
    </div>`}
  </dialog>`;
}
