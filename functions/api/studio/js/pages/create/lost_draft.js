import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";

/** Offer the words that another plan took the place of. */
export function LostDraft({ onRestore, onClose }) {
  return html`<div class="note"><${Icon} name="info" /><div class="row between grow">
    <p>${t("create.replaced")}</p>
    <div class="row"><${Button} icon="retry" onClick=${onRestore}>${t("create.bring_back")}<//><${Button} kind="quiet" icon="close" label=${t("common.close")} onClick=${onClose} /></div>
  </div></div>`;
}
