/** The figures of the whole server over all time, and its error budgets; for admins. */
import { html } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { formatLength, formatNumber } from "../../lib/format.js";
import { t } from "../../text.js";
import { ErrorBox } from "../../ui/error_box.js";
import { Progress } from "../../ui/progress.js";
import { useLoad } from "../../ui/use_load.js";

export function ServerTotals() {
  const { value, error, reload } = useLoad(
    (signal) => Promise.all([call("GET", "/metrics", { signal }), call("GET", "/status", { signal })]),
    [],
  );
  if (error) return html`<${ErrorBox} error=${error} onRetry=${reload} />`;
  if (!value) return null;
  const [metrics, status] = value;
  const facts = [
    ["started", formatNumber(metrics.jobs_started, 0)],
    ["succeeded", formatNumber(metrics.jobs_completed, 0)],
    ["failed", formatNumber(metrics.jobs_failed, 0)],
    ["canceled", formatNumber(metrics.jobs_canceled, 0)],
    ["success_rate", t("metrics.percent", { value: formatNumber(100 * metrics.success_rate) })],
    ["work", formatLength(metrics.total_duration_seconds)],
    ["provider_errors", formatNumber(metrics.provider_errors, 0)],
  ];
  return html`<section class="card stack" aria-labelledby="all-time">
      <h2 id="all-time">${t("metrics.all_time")}</h2>
      <dl class="facts">${facts.map(([name, words]) => html`<div><dt>${t(`metrics.${name}`)}</dt><dd class="numbers">${words}</dd></div>`)}</dl>
    </section>
    <section class="card stack" aria-labelledby="budgets">
      <div class="stack tight"><h2 id="budgets">${t("metrics.error_budgets")}</h2><p class="soft small">${t("metrics.error_budgets_hint")}</p></div>
      ${Object.entries(status.error_budgets).map(([name, budget]) => html`<${ErrorBudget} key=${name} name=${name} budget=${budget} />`)}
    </section>`;
}

function ErrorBudget({ name, budget }) {
  const title = t(`metrics.objective_${name}`, { share: t("metrics.percent", { value: formatNumber(100 * budget.objective) }) });
  const words = budget.left < 0 ? t("metrics.budget_missed") : t("metrics.budget_left", { value: formatNumber(100 * budget.left, 0), count: budget.bad, all: budget.good + budget.bad });
  return html`<div class="stack tight"><div class="row between"><strong>${title}</strong><span class=${`tag ${budget.left < 0 ? "bad" : budget.left < 0.25 ? "warn" : "good"}`}>${words}</span></div>
    <${Progress} share=${budget.left} label=${title} words=${words} /></div>`;
}
