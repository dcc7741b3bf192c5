/** One file that is being sent: how much of it is there, and buttons to pause, go on and remove it. */
import { html } from "../../vendor/preact.js";
import { formatBytes } from "../lib/format.js";
import { t } from "../text.js";
import { Button } from "./button.js";
import { Progress } from "./progress.js";

/**
 * @param {{row: {file: File, bytes: number, state: "sending" | "waiting" | "paused" | "checking" | "failed", error: string | null, isFinal?: boolean},
 *   onPause: () => void, onStart: () => void, onRemove: () => void}} props
 */
export function FileRow({ row, onPause, onStart, onRemove }) {
  const { file, bytes, state, error } = row;
  const words = describeRow(row);
  return html`<li class="stack tight">
    <div class="row between file">
      <span class="file-name">${file.name}</span>
      <span class="row">
        ${(state === "sending" || state === "waiting") && html`<${Button} kind="quiet" icon="pause" label=${t("media.pause", { name: file.name })} onClick=${onPause} />`}
        ${state === "paused" && html`<${Button} kind="quiet" icon="play" label=${t("media.go_on", { name: file.name })} onClick=${onStart} />`}
        ${state === "failed" && !row.isFinal && html`<${Button} kind="quiet" icon="retry" onClick=${onStart}>${t("common.try_again")}<//>`}
        <${Button} kind="quiet" icon="close" label=${t("media.remove", { name: file.name })} onClick=${onRemove} />
      </span>
    </div>
    ${error ? html`<p class="error" role="alert">${error}</p>` : html`<${Progress} share=${file.size ? bytes / file.size : 1} label=${file.name} words=${words} /><span class="soft small">${words}</span>`}
  </li>`;
}

function describeRow({ file, bytes, state }) {
  if (state === "checking") return t("media.checking");
  const sent = t("media.sent", { sent: formatBytes(Math.min(bytes, file.size)), total: formatBytes(file.size) });
  if (state === "waiting") return `${sent} · ${t("media.waiting")}`;
  return state === "paused" ? `${sent} · ${t("media.paused")}` : sent;
}
