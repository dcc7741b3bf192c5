/** The steps of a job, with how long each took. */
import { html } from "../../../vendor/preact.js";
import { formatClock } from "../../lib/format.js";
import { t } from "../../text.js";
import { Icon } from "../../ui/icon.js";

const ICONS = { done: "check", error: "alert", canceled: "close", skipped: "right", pending: "clock" };

export function Steps({ steps, now }) {
  return html`<ol class="plain steps">${steps.filter((step) => step.state !== "skipped").map((step) => html`<li key=${step.name} class=${step.state}>
    ${step.state === "running" ? html`<span class="spinner" />` : html`<${Icon} name=${ICONS[step.state]} />`}
    <span>${t(`job.step_${step.name}`)}<span class="visually-hidden">: ${t(`job.step_state_${step.state}`)}</span></span>
    <span class="soft small numbers">${measure(step, now)}</span>
  </li>`)}</ol>`;
}

function measure({ started_at: start, finished_at: end, state }, now) {
  if (!start || (state !== "done" && state !== "running")) return "";
  const seconds = ((end ? new Date(end).getTime() : now) - new Date(start).getTime()) / 1000;
  return seconds < 1 && state === "done" ? "< 0:01" : formatClock(seconds);
}
