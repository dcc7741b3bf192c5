/** Ask for the API key when a call needs one. */
import { html, useRef, useState } from "../vendor/preact.js";
import { checkKey } from "./api.js";
import { apiKey, needsKey, refuseKey, signIn } from "./session.js";
import { useStore } from "./store.js";
import { t } from "./text.js";
import { Button } from "./ui/button.js";
import { CopyText } from "./ui/copy_text.js";
import { Dialog } from "./ui/dialog.js";
import { describeError } from "./ui/error_box.js";
import { Checkbox, TextField } from "./ui/field.js";

const COMMAND = "sutradhar keys add studio";

/** The dialog; it opens by itself when a call is refused for want of a key. The page below keeps what is typed there. */
export function SignInDialog() {
  const isNeeded = useStore(needsKey);
  return html`<${Dialog} isOpen=${isNeeded} title=${t("common.sign_in_title")} onClose=${refuseKey}>
    <${SignInForm} wasSignedIn=${apiKey.get() !== ""} />
  <//>`;
}

function SignInForm({ wasSignedIn }) {
  const [key, setKey] = useState("");
  const [stays, setStays] = useState(true);
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const form = useRef();
  const focusField = () => form.current?.querySelector("input").focus();
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    const problem = key.trim() ? await findProblem(key.trim()) : t("common.key_missing");
    setBusy(false);
    setError(problem);
    if (problem) focusField();
    else signIn(key.trim(), stays);
  };
  return html`<form class="stack" ref=${form} onSubmit=${submit} novalidate>
    <p>${t(wasSignedIn ? "common.key_ended" : "common.sign_in_why")}</p>
    <${TextField} label=${t("common.api_key")} type="password" autofocus=${true} autocomplete="off" spellcheck=${false} value=${key} onChange=${setKey} hint=${t("common.api_key_hint")} error=${error} />
    <${Checkbox} label=${t("common.stay_signed_in")} hint=${t("common.stay_signed_in_hint")} checked=${stays} onChange=${setStays} />
    <div class="stack tight"><p class="soft">${t("common.key_command")}</p><${CopyText} text=${COMMAND} /></div>
    <div class="row end">
      <${Button} onClick=${refuseKey}>${t("common.cancel")}<//>
      <${Button} kind="primary" type="submit" isBusy=${isBusy}>${t("common.sign_in")}<//>
    </div>
  </form>`;
}

/** Return why `key` does not work, in words; empty: it works. */
async function findProblem(key) {
  // a header takes visible ASCII only, and no key has anything else
  if (!/^[\x21-\x7e]+$/.test(key)) return t("common.key_wrong");
  try {
    await checkKey(key);
    return "";
  } catch (error) {
    return error.status === 401 ? t("common.key_wrong") : describeError(error);
  }
}
