/**
 * Send files: drop them here, or choose them.
 * <DropZone kinds onUploaded>: `kinds` such as ["image", "video"]; `onUploaded` gets each upload when its check has passed.
 */
import { html, useRef, useState } from "../../vendor/preact.js";
import { formatBytes } from "../lib/format.js";
import { uploadFile } from "../lib/upload_file.js";
import { loadStyle } from "../place.js";
import { loadTexts, t } from "../text.js";
import { announce } from "./announce.js";
import { Button } from "./button.js";
import { describeError } from "./error_box.js";
import { Icon } from "./icon.js";
import { Progress } from "./progress.js";
import { keepPicture } from "./upload_picture.js";

await Promise.all([loadTexts("media"), loadStyle("media")]);

const ACCEPT = { image: "image/*,.heic,.heif", video: "video/*,.mov,.mp4", audio: "audio/*,.m4a,.mp3,.wav" };

export function DropZone({ kinds, onUploaded }) {
  const [rows, setRows] = useState([]);
  const [isOver, setOver] = useState(false);
  const input = useRef();
  const update = (id, fields) => setRows((before) => before.map((row) => (row.id === id ? { ...row, ...fields } : row)));
  const start = async (row) => {
    const stopping = new AbortController();
    update(row.id, { share: 0, error: null, stop: () => stopping.abort() });
    try {
      const upload = await uploadFile(row.file, { onProgress: (share) => update(row.id, { share }), signal: stopping.signal });
      keepPicture(upload, row.file);
      announce(t("media.ready", { name: row.file.name }));
      setRows((before) => before.filter(({ id }) => id !== row.id));
      onUploaded(upload);
    } catch (error) {
      if (!stopping.signal.aborted) update(row.id, { error });
    }
  };
  const add = (files) => {
    const added = [...files].map((file) => ({ id: crypto.randomUUID?.() ?? String(Math.random()), file, share: 0, error: null, stop: () => {} }));
    setRows((before) => [...before, ...added]);
    added.forEach(start);
  };
  const remove = (row) => {
    row.stop();
    setRows((before) => before.filter(({ id }) => id !== row.id));
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  return html`<div class=${`drop ${isOver ? "over" : ""}`} onDragOver=${(event) => { event.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <${Icon} name="upload" />
    <p>${t("media.drop")}</p>
    <${Button} onClick=${() => input.current.click()}>${t("media.choose")}<//>
    <p class="soft small">${t("media.limits")}</p>
    <input type="file" ref=${input} hidden multiple accept=${kinds.map((kind) => ACCEPT[kind]).join(",")} aria-label=${t("media.choose")} onChange=${(event) => { add(event.currentTarget.files); event.currentTarget.value = ""; }} />
    <ul class="plain stack tight files">${rows.map((row) => html`<li key=${row.id} class="stack tight">
      <div class="row between"><span>${row.file.name} <span class="soft small">${formatBytes(row.file.size)}</span></span>
        <span class="row">${row.error && html`<${Button} kind="quiet" icon="retry" onClick=${() => start(row)}>${t("common.try_again")}<//>`}<${Button} kind="quiet" icon="close" label=${t("media.remove", { name: row.file.name })} onClick=${() => remove(row)} /></span></div>
      ${row.error ? html`<p class="error" role="alert">${describeError(row.error)} ${row.error.errors?.map(({ message }) => message).join(" ")}</p>` : html`<${Progress} share=${row.share} label=${row.file.name} words=${row.share < 1 ? undefined : t("media.checking")} />${row.share >= 1 && html`<span class="soft small">${t("media.checking")}</span>`}`}
    </li>`)}</ul>
  </div>`;
}
