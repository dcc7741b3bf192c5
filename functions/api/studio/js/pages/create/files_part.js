/** The files that become scenes, while they are on their way. */
import { html, useEffect, useRef } from "../../../vendor/preact.js";
import { loadTexts, t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { describeError } from "../../ui/error_box.js";
import { Progress } from "../../ui/progress.js";
import { useFileScenes } from "./use_file_scenes.js";

await loadTexts("media");

/** @param {{files: File[], onUploaded: (upload: object) => void}} props `files`: all that were taken so far, in order */
export function FilesPart({ files, onUploaded }) {
  const { rows, add, retry, remove } = useFileScenes(onUploaded);
  const known = useRef(0);
  useEffect(() => {
    add(files.slice(known.current));
    known.current = files.length;
  }, [files]);
  return html`<${FileRows} rows=${rows} onRetry=${retry} onRemove=${remove} />`;
}

function FileRows({ rows, onRetry, onRemove }) {
  if (!rows.length) return null;
  return html`<ul class="plain card stack">${rows.map((row) => html`<li key=${row.id} class="stack tight">
    <div class="row between"><span>${row.file.name}</span><span class="row">
      ${row.error && html`<${Button} kind="quiet" icon="retry" onClick=${() => onRetry(row)}>${t("common.try_again")}<//>`}
      <${Button} kind="quiet" icon="close" label=${t("media.remove", { name: row.file.name })} onClick=${() => onRemove(row)} /></span></div>
    ${row.error ? html`<p class="wrong" role="alert">${describeError(row.error)} ${row.error.errors?.map(({ message }) => message).join(" ")}</p>` : html`<${Progress} share=${row.share} label=${row.file.name} words=${row.share < 1 ? undefined : t("media.checking")} />`}
  </li>`)}</ul>`;
}
