/** How a video was made, in words and as a plot of its steps over time. */
import { html } from "../../../vendor/preact.js";
import { formatClock, formatLength, formatNumber } from "../../lib/format.js";
import { t } from "../../text.js";
import { Icon } from "../../ui/icon.js";
import { TimingPlot } from "./timing_plot.js";

export function Making({ status, summary }) {
  const render = summary.render;
  const facts = render?.facts;
  const lines = [
    facts && t("job.made_video", { length: formatClock(facts.duration_sec), width: String(facts.width), height: String(facts.height), fps: formatNumber(facts.fps) }),
    summary.song && t("job.made_song", { start: formatClock(summary.song.start_sec), tempo: summary.song.tempo_bpm ? t("job.made_tempo", { bpm: formatNumber(summary.song.tempo_bpm, 0) }) : t("job.made_no_beat") }),
    render && t("job.made_with", { encoder: render.encoder, seconds: formatLength(render.render_timings.total ?? 0) }),
    render && (summary.cache_hits.reused ? t("job.made_reused", { count: summary.cache_hits.reused, total: summary.cache_hits.total }) : t("job.made_new", { count: summary.cache_hits.total })),
    summary.loudness_lufs !== null && t("job.made_loudness", { lufs: formatNumber(summary.loudness_lufs), peak: formatNumber(facts.true_peak_dbtp) }),
    render && t("job.made_checks", { count: render.findings.length, passed: render.findings.filter(({ ok }) => ok).length }),
  ].filter(Boolean);
  return html`<ul class="stack tight">${lines.map((line) => html`<li>${line}</li>`)}</ul>
    ${summary.notices?.length > 0 && html`<h3>${t("job.notices")}</h3><ul class="stack tight">${summary.notices.map((notice) => html`<li>${notice}</li>`)}</ul>`}
    <h3>${t("job.timing")}</h3>
    <${TimingPlot} steps=${status.steps.filter(({ started_at: start, finished_at: end }) => start && end)} />
    ${render && html`<h3>${t("job.checks")}</h3><div class="scroll-x" tabindex="0" role="region" aria-label=${t("job.checks")}><table class="plain small">
      <thead><tr><th>${t("job.check_rule")}</th><th>${t("job.check_measured")}</th><th>${t("job.check_limit")}</th></tr></thead>
      <tbody>${render.findings.map((check) => html`<tr key=${check.rule}><td><span class=${`tag ${check.ok ? "good" : "bad"}`}><${Icon} name=${check.ok ? "check" : "alert"} /><span class="visually-hidden">${t(check.ok ? "job.check_ok" : "job.check_bad")}</span></span> ${check.rule}</td><td>${check.measured}</td><td class="soft">${check.limit}</td></tr>`)}</tbody>
    </table></div>`}`;
}
