/** Ask for the API key when a call needs one. */
import { html, useRef, useState } from "../vendor/preact.js";
import { needsKey, signIn } from "./session.js";
import { useStore } from "./store.js";
import { t } from "./text.js";
import { Button } from "./ui/button.js";
import { Dialog } from "./ui/dialog.js";
import { Checkbox, TextField } from "./ui/field.js";

/** The dialog; it opens by itself when a call is refused for want of a key. */
export function SignInDialog() {
  const isNeeded = useStore(needsKey);
  const [key, setKey] = useState("");
  const [stays, setStays] = useState(true);
  const form = useRef();
  const submit = (event) => {
    event.preventDefault();
    if (!key.trim()) return;
    signIn(key.trim(), stays);
    setKey("");
  };
  return html`<${Dialog} isOpen=${isNeeded} title=${t("common.sign_in_title")} onClose=${() => needsKey.set(false)}>
    <form class="stack" ref=${form} onSubmit=${submit}>
      <p>${t("common.sign_in_why")}</p>
      <${TextField} label=${t("common.api_key")} type="password" autocomplete="off" value=${key} onChange=${setKey} hint=${t("common.api_key_hint")} />
      <${Checkbox} label=${t("common.stay_signed_in")} checked=${stays} onChange=${setStays} />
      <div class="row end">
        <${Button} onClick=${() => needsKey.set(false)}>${t("common.cancel")}<//>
        <${Button} kind="primary" type="submit">${t("common.sign_in")}<//>
      </div>
    </form>
  <//>`;
}
