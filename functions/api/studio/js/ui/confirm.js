/** Ask before something that cannot be undone, or that costs money. */
import { html } from "../../vendor/preact.js";
import { createStore, useStore } from "../store.js";
import { t } from "../text.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";

const question = createStore(null);

/**
 * Ask the reader. Resolves with true or false.
 * @param {{title: string, body?: unknown, action: string, isDangerous?: boolean}} options `action`: the word on the button
 * @returns {Promise<boolean>}
 */
export function confirmAction(options) {
  question.get()?.resolve(false);
  return new Promise((resolve) => question.set({ ...options, resolve }));
}

/** The dialog of `confirmAction`; the shell has the only one. */
export function ConfirmDialog() {
  const asked = useStore(question);
  const answer = (isYes) => {
    asked.resolve(isYes);
    question.set(null);
  };
  return html`<${Dialog} isOpen=${asked !== null} title=${asked?.title ?? ""} onClose=${() => answer(false)}>
    ${asked?.body && html`<div class="stack tight">${typeof asked.body === "string" ? html`<p>${asked.body}</p>` : asked.body}</div>`}
    <div class="row end">
      <${Button} onClick=${() => answer(false)}>${t("common.back")}<//>
      <${Button} kind=${asked?.isDangerous ? "danger" : "primary"} onClick=${() => answer(true)}>${asked?.action}<//>
    </div>
  <//>`;
}
