/** Remove all data of the reader's key, after a typed confirmation. */
import { html, useState } from "../../../vendor/preact.js";
import { call, wait } from "../../api.js";
import { formatBytes } from "../../lib/format.js";
import { t } from "../../text.js";
import { announce } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error_box.js";
import { TextField } from "../../ui/field.js";
import { Icon } from "../../ui/icon.js";
import { Section } from "../../ui/section.js";

const LOOK_EVERY_MS = 1000;
/** Works in every language: a keyboard may have no other letters. */
const LATIN_WORD = "REMOVE";

export function RemoveData({ me }) {
  const [isOpen, setOpen] = useState(false);
  const [done, setDone] = useState(null);
  const finish = (answer) => {
    setOpen(false);
    setDone(answer);
    announce(describeRemoval(answer));
  };
  return html`<${Section} title=${t("settings.remove")} lead=${t(me.key ? "settings.remove_lead" : "settings.remove_lead_all")}>
    ${done && html`<p class="note good"><${Icon} name="check" />${describeRemoval(done)}</p>`}
    <div class="row"><${Button} kind="danger" icon="trash" onClick=${() => setOpen(true)}>${t("settings.remove_action")}<//></div>
    <${Dialog} isOpen=${isOpen} title=${t("settings.remove_title")} onClose=${() => setOpen(false)}>
      <${RemovalForm} onCancel=${() => setOpen(false)} onDone=${finish} />
    <//>
  <//>`;
}

function describeRemoval({ removed, bytes }) {
  return t("settings.removed", { count: removed.jobs.count, uploads: removed.uploads.count, size: formatBytes(bytes) });
}

function RemovalForm({ onCancel, onDone }) {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState("");
  const [fault, setFault] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const word = t("settings.remove_word");
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    if (![word, LATIN_WORD].includes(typed.trim().toUpperCase())) {
      setError(t("settings.remove_wrong", { word }));
      event.currentTarget.querySelector("input").focus();
      return;
    }
    setBusy(true);
    setError("");
    setFault(null);
    try {
      let answer = await call("DELETE", "/me/data");
      while (answer.state !== "done") {
        await wait(LOOK_EVERY_MS);
        answer = await call("GET", `/me/data/removals/${encodeURIComponent(answer.removal_id)}`);
      }
      onDone(answer);
    } catch (problem) {
      setFault(problem);
      setBusy(false);
    }
  };
  return html`<form class="stack" onSubmit=${submit} novalidate>
    <p>${t("settings.remove_body")}</p>
    <${TextField} label=${t("settings.remove_type", { word })} autofocus=${true} autocomplete="off" value=${typed} onChange=${setTyped} error=${error} />
    ${fault && html`<${ErrorBox} error=${fault} />`}
    <div class="row end"><${Button} onClick=${onCancel}>${t("common.back")}<//><${Button} kind="danger" type="submit" icon="trash" isBusy=${isBusy}>${t("settings.remove_action")}<//></div>
  </form>`;
}
