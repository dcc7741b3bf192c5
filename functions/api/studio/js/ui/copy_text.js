/** A command or a secret that the reader copies. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../text.js";
import { announce } from "./announce.js";
import { Button } from "./button.js";

const SHOWN_MS = 2500;

/**
 * A line of code with a button that copies it.
 * @param {{text: string, label?: string}} props `label`: the name of the text for screen readers
 */
export function CopyText({ text, label }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await writeClipboard(text))) return;
    setCopied(true);
    announce(t("common.copied"));
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return html`<div class="copy-text">
    <code tabindex="0" role="textbox" aria-readonly="true" aria-label=${label ?? text} onFocus=${selectAll}>${text}</code>
    <${Button} icon=${isCopied ? "check" : "copy"} label=${isCopied ? t("common.copied") : t("common.copy")} onClick=${copy} />
  </div>`;
}

async function writeClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // without https, or without the permission: the text is selected on focus
  }
}

function selectAll(event) {
  getSelection().selectAllChildren(event.currentTarget);
}
