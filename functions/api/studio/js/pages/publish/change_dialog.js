/** Change the time and the words of a publication, or cancel it. */
import { html, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { moveToDay, nameDay } from "../../lib/calendar.js";
import { makeHash } from "../../router.js";
import { t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { confirmAction } from "../../ui/confirm.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error_box.js";
import { TextArea, TextField } from "../../ui/field.js";
import { ZONE } from "../../ui/publish_dialog.js";
import { PublicationState } from "./state.js";

export function ChangeDialog({ publication, onClose, onDone }) {
  return html`<${Dialog} isOpen=${publication !== null} title=${publication?.title ?? ""} onClose=${onClose}>
    ${publication && html`<${ChangeForm} key=${publication.id} publication=${publication} onClose=${onClose} onDone=${onDone} />`}
  <//>`;
}

function ChangeForm({ publication: one, onClose, onDone }) {
  const before = { time: moveToDay(one.publish_at, nameDay(new Date(one.publish_at))), title: one.title, description: one.description, tags: one.tags.join(", ") };
  const [fields, setFields] = useState(before);
  const [refusal, setRefusal] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const set = (name) => (value) => setFields((all) => ({ ...all, [name]: value }));
  const isOver = ["published", "failed", "canceled"].includes(one.state);
  const mayMove = ["scheduled", "waiting", "uploaded"].includes(one.state);
  const act = async (work, message) => {
    setBusy(true);
    setRefusal(null);
    try {
      await work();
      showToast(message);
      onClose();
    } catch (error) {
      setRefusal(error);
    }
    setBusy(false);
    onDone();
  };
  const save = (event) => {
    event.preventDefault();
    const changed = Object.keys(fields).filter((name) => fields[name] !== before[name]);
    if (!changed.length) return onClose();
    const body = {};
    for (const name of changed) {
      if (name === "time") Object.assign(body, { iso_datetime: fields.time, timezone: ZONE });
      else body[name] = name === "tags" ? fields.tags.split(",").map((tag) => tag.trim()).filter(Boolean) : fields[name];
    }
    return act(() => call("PATCH", `/publications/${one.id}`, { body }), t("publish.changed"));
  };
  const cancel = async () => {
    if (await confirmAction({ title: t("publish.cancel_title"), body: t("publish.cancel_body"), action: t("publish.cancel"), isDangerous: true })) {
      await act(() => call("DELETE", `/publications/${one.id}`), t("publish.canceled"));
    }
  };
  const errors = new Map((refusal?.errors ?? []).map(({ path, message }) => [path, message]));
  return html`<form class="stack" onSubmit=${save} novalidate>
    <div class="row"><${PublicationState} state=${one.state} /><span>${t(`common.destination_${one.destination}`)}</span><a href=${makeHash("job", { id: one.job_id })}>${t("publish.show_video")}</a></div>
    ${one.failure && html`<p class="failure">${one.failure.cause} ${one.failure.advice}</p>`}
    ${mayMove && html`<${TextField} label=${t("publish.time")} hint=${t("publish.zone", { zone: ZONE })} type="datetime-local" value=${fields.time} error=${errors.get("iso_datetime")} onChange=${set("time")} />`}
    ${one.state !== "canceled" && html`<${TextField} label=${t("publish.title_of_video")} maxlength="100" value=${fields.title} error=${errors.get("title")} onChange=${set("title")} />
      <${TextArea} label=${t("publish.description")} rows="4" value=${fields.description} error=${errors.get("description")} onChange=${set("description")} />
      <${TextField} label=${t("publish.tags")} value=${fields.tags} error=${errors.get("tags")} onChange=${set("tags")} />`}
    ${refusal && html`<${ErrorBox} error=${refusal} hiddenPaths=${new Set(["iso_datetime", "title", "description", "tags"])} />`}
    <div class="row between">
      ${isOver ? html`<span />` : html`<${Button} kind="danger" icon="trash" isBusy=${isBusy} onClick=${cancel}>${t("publish.cancel")}<//>`}
      <div class="row"><${Button} onClick=${onClose}>${t("common.back")}<//>${one.state !== "canceled" && html`<${Button} kind="primary" type="submit" isBusy=${isBusy}>${t("common.save")}<//>`}</div>
    </div>
  </form>`;
}
