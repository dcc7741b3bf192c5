/** Show the secret of a new key, once. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { CopyText } from "../../ui/copy_text.js";
import { Dialog } from "../../ui/dialog.js";
import { Icon } from "../../ui/icon.js";

/** @param {{made: {name: string, secret: string} | null, onClose: () => void}} props */
export function SecretDialog({ made, onClose }) {
  return html`<${Dialog} isOpen=${made !== null} title=${made ? t("settings.secret_title", { name: made.name }) : ""} onClose=${onClose}>
    <div class="note warn"><${Icon} name="alert" /><div class="body"><p>${t("settings.secret_once")}</p></div></div>
    ${made && html`<${CopyText} text=${made.secret} label=${t("settings.secret")} />`}
    <div class="row end"><${Button} kind="primary" onClick=${onClose}>${t("settings.secret_kept")}<//></div>
  <//>`;
}
