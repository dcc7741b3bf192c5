/** How far a batch is. */
import { html } from "../../../vendor/preact.js";
import { formatTime } from "../../lib/format.js";
import { t } from "../../text.js";
import { Icon } from "../../ui/icon.js";

const LOOKS = { running: ["accent", "spark"], paused: ["", "pause"], waiting: ["warn", "clock"], cancelled: ["", "close"], done: ["good", "check"] };
/** The states of rows, as the bar shows them from left to right. */
export const ROW_STATES = ["succeeded", "failed", "cancelled", "running", "queued"];
const ROW_LOOKS = { succeeded: "good", failed: "bad", cancelled: "", running: "accent", queued: "" };

/** Return the batch's name, or the time when it began. */
export function nameBatch(batch) {
  return batch.name || t("batch.of_time", { time: formatTime(batch.created_at) });
}

/** The state of a batch, in words and colour. */
export function BatchState({ state }) {
  const [look, icon] = LOOKS[state] ?? ["", "info"];
  return html`<span class=${`tag ${look}`}><${Icon} name=${icon} />${t(`batch.state_${state}`)}</span>`;
}

/** The state of a row, in words and colour. */
export function RowState({ state }) {
  return html`<span class=${`tag ${ROW_LOOKS[state] ?? ""}`}>${t(`batch.row_${state}`)}</span>`;
}

/** A bar with a part for each state of the rows. */
export function BatchBar({ batch }) {
  const { counts, rows } = batch;
  const over = (counts.succeeded ?? 0) + (counts.failed ?? 0) + (counts.cancelled ?? 0);
  const percent = rows ? Math.round((100 * over) / rows) : 0;
  const words = describeCounts(counts);
  return html`<div class="batch-bar" role="progressbar" aria-label=${t("batch.progress")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent} aria-valuetext=${words}>
    ${ROW_STATES.filter((state) => state !== "queued" && counts[state]).map((state) => html`<i key=${state} class=${`batch-${state}`} style=${{ width: `${(100 * counts[state]) / rows}%` }} />`)}
  </div>`;
}

/** Return the counts in words: "3 finished, 1 failed, 96 waiting". */
export function describeCounts(counts) {
  return ROW_STATES.filter((state) => counts[state]).map((state) => t(`batch.count_${state}`, { count: counts[state] })).join(", ");
}
