/** Files that are dropped anywhere on the page, and the list of those that are on their way. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { loadTexts, t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { describeError } from "../../ui/error_box.js";
import { Icon } from "../../ui/icon.js";
import { Progress } from "../../ui/progress.js";

await loadTexts("media");

/** Call `onFiles` with files that are dropped on the page, but not on a zone of their own. Return whether some hover. */
export function usePageDrop(onFiles) {
  const [isOver, setOver] = useState(false);
  const latest = useRef();
  latest.current = onFiles;
  useEffect(() => {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files") && !event.target.closest?.(".drop, dialog");
    const hover = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event) => event.relatedTarget || setOver(false);
    const drop = (event) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      latest.current([...event.dataTransfer.files]);
    };
    const listeners = { dragover: hover, dragleave: leave, drop };
    for (const [name, listen] of Object.entries(listeners)) addEventListener(name, listen);
    return () => {
      for (const [name, listen] of Object.entries(listeners)) removeEventListener(name, listen);
    };
  }, []);
  return isOver;
}

/** A veil over the page while files hover over it. */
export function DropVeil() {
  return html`<div class="veil" aria-hidden="true"><div class="card"><${Icon} name="upload" />${t("create.drop_here")}</div></div>`;
}

/** The files that are being sent. */
export function FileRows({ rows, onRetry, onRemove }) {
  if (!rows.length) return null;
  return html`<ul class="plain card stack">${rows.map((row) => html`<li key=${row.id} class="stack tight">
    <div class="row between"><span>${row.file.name}</span><span class="row">
      ${row.error && html`<${Button} kind="quiet" icon="retry" onClick=${() => onRetry(row)}>${t("common.try_again")}<//>`}
      <${Button} kind="quiet" icon="close" label=${t("media.remove", { name: row.file.name })} onClick=${() => onRemove(row)} /></span></div>
    ${row.error ? html`<p class="wrong" role="alert">${describeError(row.error)} ${row.error.errors?.map(({ message }) => message).join(" ")}</p>` : html`<${Progress} share=${row.share} label=${row.file.name} words=${row.share < 1 ? undefined : t("media.checking")} />`}
  </li>`)}</ul>`;
}
