/**
 * Send files: drop them here, or choose them.
 * <DropZone kinds onUploaded>: `kinds` such as ["image", "video"]; `onUploaded` gets each upload of one of these kinds when
 * its check has passed, as GET /uploads/ID shows it. A file with sound is of the kind "audio" too.
 * A file goes on by itself after a lost connection, and when it is chosen again after a reload. What is still being sent
 * when the zone goes away stops; it goes on when it is chosen again.
 */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { loadStyle } from "../place.js";
import { loadTexts, t } from "../text.js";
import { discardUpload, listUnfinished, uploadFile } from "../upload.js";
import { announce } from "./announce.js";
import { Button } from "./button.js";
import { describeError } from "./error_box.js";
import { FileRow } from "./file_row.js";
import { Icon } from "./icon.js";

await Promise.all([loadTexts("media"), loadStyle("media")]);

const ACCEPT = {
  image: "image/*,.heic,.heif,.avif,.dng",
  video: "video/*,.mov,.mp4,.mkv,.webm",
  font: ".ttf,.otf,font/ttf,font/otf",
  audio: "audio/*,.m4a,.mp3,.wav,.aac,.caf,.flac,.ogg,.opus",
};
/** The kinds with limits of their own. */
const LIMITS = ["audio", "font"];
let rowCount = 0;

/** Whether an upload can be used where files of `kinds` are wanted. */
export function isOfKind(upload, kinds) {
  return kinds.includes(upload.kind) || (kinds.includes("audio") && Boolean(upload.has_audio));
}

export function DropZone({ kinds, onUploaded }) {
  const { rows, add, start, pause, remove } = useUploads(kinds, onUploaded);
  const [isOver, setOver] = useState(false);
  const [unfinished] = useState(listUnfinished);
  const input = useRef();
  useEffect(keepPageOnDrop, []);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  const leave = (event) => event.currentTarget.contains(event.relatedTarget) || setOver(false);
  const left = unfinished.filter((name) => !rows.some(({ file }) => file.name === name));
  return html`<div class=${`drop ${isOver ? "over" : ""}`} onDragOver=${(event) => { event.preventDefault(); setOver(true); }} onDragLeave=${leave} onDrop=${drop}>
    <${Icon} name="upload" />
    <p class="by-mouse">${kinds.length === 1 ? t(`media.drop_${kinds[0]}`) : t("media.drop")}</p>
    <${Button} onClick=${() => input.current.click()}>${t("media.choose")}<//>
    <p class="soft small">${t(LIMITS.includes(kinds.join()) ? `media.limits_${kinds.join()}` : "media.limits")}</p>
    ${left.length > 0 && html`<p class="small">${t("media.unfinished", { names: left.join(", ") })}</p>`}
    <input type="file" ref=${input} hidden multiple accept=${kinds.map((kind) => ACCEPT[kind]).join(",")} aria-label=${t("media.choose")} onChange=${(event) => { add(event.currentTarget.files); event.currentTarget.value = ""; }} />
    ${rows.length > 0 && html`<ul class="plain stack files">${rows.map((row) => html`<${FileRow} key=${row.id} row=${row} onPause=${() => pause(row)} onStart=${() => start(row)} onRemove=${() => remove(row)} />`)}</ul>`}
  </div>`;
}

/** The files that are being sent, and what can be done with them. */
function useUploads(kinds, onUploaded) {
  const [rows, setRows] = useState([]);
  const running = useRef(new Map());
  useEffect(() => () => running.current.forEach((stopping) => stopping.abort()), []);
  const update = (id, fields) => setRows((before) => before.map((row) => (row.id === id ? { ...row, ...fields } : row)));
  const start = async (row) => {
    const stopping = new AbortController();
    running.current.set(row.id, stopping);
    update(row.id, { state: "sending", error: null });
    const options = { signal: stopping.signal, onProgress: (bytes) => update(row.id, { bytes }), onState: (state) => update(row.id, { state }) };
    try {
      const upload = await uploadFile(row.file, options);
      if (!isOfKind(upload, kinds)) {
        update(row.id, { state: "failed", error: t(`media.wrong_${upload.kind}`), isFinal: true });
        return;
      }
      announce(t("media.ready", { name: row.file.name }));
      setRows((before) => before.filter(({ id }) => id !== row.id));
      onUploaded(upload);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const words = [describeError(error), ...(error.errors ?? []).map(({ message }) => message)].join(" ");
      update(row.id, { state: "failed", error: words, isFinal: error.status === 400 });
    } finally {
      if (running.current.get(row.id) === stopping) running.current.delete(row.id);
    }
  };
  const add = (files) => {
    const added = [...files].map((file) => ({ id: `file-${++rowCount}`, file, bytes: 0, state: "sending", error: null }));
    if (!added.length) return;
    setRows((before) => [...before, ...added]);
    announce(t("media.begun", { count: added.length }));
    added.forEach(start);
  };
  const stop = (row) => running.current.get(row.id)?.abort();
  const pause = (row) => {
    stop(row);
    update(row.id, { state: "paused" });
  };
  const remove = (row) => {
    stop(row);
    setRows((before) => before.filter(({ id }) => id !== row.id));
    discardUpload(row.file);
  };
  return { rows, add, start, pause, remove };
}

/** A file that is dropped beside the zone would replace the page, and what the reader wrote with it. */
function keepPageOnDrop() {
  const refuse = (event) => event.preventDefault();
  window.addEventListener("dragover", refuse);
  window.addEventListener("drop", refuse);
  return () => {
    window.removeEventListener("dragover", refuse);
    window.removeEventListener("drop", refuse);
  };
}
