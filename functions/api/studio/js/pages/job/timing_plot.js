/** A bar for each step, from its start to its end. */
import { html } from "../../../vendor/preact.js";
import { formatClock } from "../../lib/format.js";
import { t } from "../../text.js";

const ROW = 26, LABEL = 130, WIDTH = 640;

export function TimingPlot({ steps }) {
  if (!steps.length) return null;
  const times = steps.flatMap(({ started_at: start, finished_at: end }) => [new Date(start).getTime(), new Date(end).getTime()]);
  const first = Math.min(...times);
  const whole = Math.max(Math.max(...times) - first, 1000);
  const rows = steps.filter(({ name }) => name !== "completed").map((step) => {
    const [start, end] = [new Date(step.started_at).getTime() - first, new Date(step.finished_at).getTime() - first];
    return { name: t(`job.step_${step.name}`), start: start / 1000, length: (end - start) / 1000 };
  });
  const x = (seconds) => LABEL + ((WIDTH - LABEL - 50) * seconds * 1000) / whole;
  return html`<figure class="timing">
    <svg viewBox=${`0 0 ${WIDTH} ${rows.length * ROW + 24}`} aria-hidden="true">
      ${rows.map((row, index) => html`<g key=${row.name}><text x="0" y=${index * ROW + 17}>${row.name}</text>
        <rect x=${x(row.start)} y=${index * ROW + 4} width=${Math.max(2, x(row.start + row.length) - x(row.start))} height=${ROW - 8} rx="4" />
        <text x=${x(row.start + row.length) + 6} y=${index * ROW + 17} class="value">${formatClock(row.length)}</text></g>`)}
      <text x=${LABEL} y=${rows.length * ROW + 18} class="value">0:00</text><text x=${WIDTH - 50} y=${rows.length * ROW + 18} class="value" text-anchor="end">${formatClock(whole / 1000)}</text>
    </svg>
    <table class="visually-hidden"><caption>${t("job.timing")}</caption><thead><tr><th>${t("job.timing_step")}</th><th>${t("job.timing_start")}</th><th>${t("job.timing_length")}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.name}><td>${row.name}</td><td>${formatClock(row.start)}</td><td>${formatClock(row.length)}</td></tr>`)}</tbody></table>
  </figure>`;
}
