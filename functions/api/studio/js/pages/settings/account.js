/** The key that is in use. */
import { html } from "../../../vendor/preact.js";
import { apiKey, askForKey, signOut } from "../../session.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { Section } from "../../ui/section.js";

export function Account({ me }) {
  if (!me.key) {
    return html`<${Section} title=${t("settings.account")} actions=${html`<${Button} onClick=${askForKey}>${t("common.sign_in")}<//>`}>
      <p>${t("settings.no_key_needed")}</p>
    <//>`;
  }
  const leave = apiKey.get() && html`<${Button} icon="leave" onClick=${signOut}>${t("common.sign_out")}<//>`;
  return html`<${Section} title=${t("settings.account")} actions=${leave}>
    <div class="row"><strong>${me.key.name}</strong><span class="tag accent">${t(`settings.role_${me.role}`)}</span></div>
    <p class="soft">${t(`settings.role_${me.role}_means`)}</p>
  <//>`;
}
