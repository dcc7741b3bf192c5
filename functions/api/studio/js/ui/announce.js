/** Short messages: on the screen for some seconds, and read by screen readers. */
import { html } from "../../vendor/preact.js";
import { createStore, useStore } from "../store.js";
import { t } from "../text.js";

const SHOWN_MS = 7000;
const toasts = createStore([]);
const spoken = createStore("");
let number = 0;

/** Tell screen readers `text`, politely. */
export function announce(text) {
  spoken.set("");
  setTimeout(() => spoken.set(text), 50); // a region that is emptied first is read again, also with the same words
}

/** Show `text` for some seconds, and tell screen readers. */
export function showToast(text) {
  const id = ++number;
  toasts.set([...toasts.get(), { id, text }]);
  announce(text);
  setTimeout(() => removeToast(id), SHOWN_MS);
}

function removeToast(id) {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

/** Where messages appear; the shell has the only one. */
export function Messages() {
  const shown = useStore(toasts);
  return html`
    <div class="visually-hidden" role="status" aria-live="polite">${useStore(spoken)}</div>
    <section class="toasts" aria-label=${t("common.messages")}>
      ${shown.map(({ id, text }) => html`<div class="toast" key=${id}><span>${text}</span><button type="button" aria-label=${t("common.close")} onClick=${() => removeToast(id)}>×</button></div>`)}
    </section>`;
}
