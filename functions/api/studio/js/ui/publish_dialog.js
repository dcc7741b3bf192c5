/**
 * Publish a video now or at a time. <PublishDialog job onClose onDone>: `job` is the status of a job (or null: closed) with
 * job_id, title, description and tags; `onDone` gets the publication.
 */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { loadTexts, t } from "../text.js";
import { showToast } from "./announce.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { ErrorBox } from "./error_box.js";
import { Choice, Select, TextArea, TextField } from "./field.js";
import { Loading } from "./loading.js";
import { useLoad } from "./use_load.js";

await loadTexts("publish");

/** The time zone of the reader's device, such as Asia/Kolkata. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function PublishDialog({ job, onClose, onDone, day = "" }) {
  return html`<${Dialog} isOpen=${job !== null} title=${t("publish.dialog_title")} onClose=${onClose}>
    ${job && html`<${PublishForm} job=${job} day=${day} onClose=${onClose} onDone=${onDone} />`}
  <//>`;
}

function PublishForm({ job, day, onClose, onDone }) {
  const { value, error: fault } = useLoad((signal) => call("GET", "/destinations", { signal }), []);
  const ready = (value?.destinations ?? []).filter((one) => one.is_ready);
  const [fields, setFields] = useState({ destination: "", when: day ? "later" : "now", time: day ? `${day}T18:00` : "", title: job.title ?? "", description: job.description ?? "", tags: (job.tags ?? []).join(", "), privacy: "public" });
  const [refusal, setRefusal] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const set = (name) => (one) => setFields((before) => ({ ...before, [name]: one }));
  const destination = fields.destination || (ready.find(({ name }) => name === "youtube") ?? ready[0])?.name || "";
  useEffect(() => setRefusal(null), [fields]);
  const errors = new Map((refusal?.errors ?? []).map(({ path, message }) => [path, message]));
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    const body = { destination, title: fields.title, description: fields.description, tags: fields.tags.split(",").map((tag) => tag.trim()).filter(Boolean), privacy: fields.privacy };
    const isLater = fields.when === "later";
    try {
      const path = `/publish/${encodeURIComponent(job.job_id)}${isLater ? "/schedule" : ""}`;
      const publication = await call("POST", path, { body: isLater ? { ...body, iso_datetime: fields.time, timezone: ZONE } : body });
      showToast(t(isLater ? "publish.scheduled" : "publish.begun"));
      onDone(publication);
      onClose();
    } catch (error) {
      setRefusal(error);
    }
    setBusy(false);
  };
  if (fault) return html`<${ErrorBox} error=${fault} />`;
  if (!value) return html`<${Loading} />`;
  if (!ready.length) return html`<div class="stack"><p>${t("publish.no_destination")}</p><ul>${value.destinations.map((one) => html`<li><strong>${t(`common.destination_${one.name}`)}</strong>: ${one.advice}</li>`)}</ul></div>`;
  return html`<form class="stack" onSubmit=${submit} novalidate>
    <${Choice} label=${t("publish.where")} value=${destination} error=${errors.get("destination")} options=${ready.map(({ name }) => [name, t(`common.destination_${name}`)])} onChange=${set("destination")} />
    <${Choice} label=${t("publish.when")} value=${fields.when} options=${["now", "later"].map((one) => [one, t(`publish.when_${one}`)])} onChange=${set("when")} />
    ${fields.when === "later" && html`<${TextField} label=${t("publish.time")} hint=${t("publish.zone", { zone: ZONE })} type="datetime-local" value=${fields.time} error=${errors.get("iso_datetime")} onChange=${set("time")} />`}
    <${TextField} label=${t("publish.title_of_video")} maxlength="100" value=${fields.title} error=${errors.get("title")} onChange=${set("title")} />
    <${TextArea} label=${t("publish.description")} rows="3" value=${fields.description} error=${errors.get("description")} onChange=${set("description")} />
    <${TextField} label=${t("publish.tags")} hint=${t("publish.tags_hint")} value=${fields.tags} error=${errors.get("tags")} onChange=${set("tags")} />
    <${Select} label=${t("publish.privacy")} value=${fields.privacy} error=${errors.get("privacy")} options=${["public", "unlisted", "private"].map((one) => [one, t(`publish.privacy_${one}`)])} onChange=${set("privacy")} />
    ${refusal && html`<${ErrorBox} error=${refusal} hiddenPaths=${new Set(["destination", "iso_datetime", "title", "description", "tags", "privacy"])} />`}
    <div class="row end"><${Button} onClick=${onClose}>${t("common.back")}<//><${Button} kind="primary" type="submit" icon="share" isBusy=${isBusy}>${t(fields.when === "later" ? "publish.schedule" : "publish.publish")}<//></div>
  </form>`;
}
