/** The money of today, and the limits of a job. */
import { html } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { formatLength, formatMoney, formatNumber } from "../../lib/format.js";
import { t } from "../../text.js";
import { Progress } from "../../ui/progress.js";
import { useLoad } from "../../ui/use_load.js";
import { Section } from "../../ui/section.js";

export function Budgets({ me }) {
  const { budgets, limits } = me;
  const facts = [
    ["most_for_job", budgets.max_job_cost_usd === null ? t("settings.no_cap") : formatMoney(budgets.max_job_cost_usd)],
    ["jobs_at_once", limits.active_jobs ? formatNumber(limits.active_jobs) : t("settings.no_limit")],
    ["calls_a_minute", limits.calls_per_minute ? formatNumber(limits.calls_per_minute) : t("settings.no_limit")],
    ["scenes_most", formatNumber(limits.scenes)],
    ["scene_longest", formatLength(limits.scene_sec)],
    ["video_longest", formatLength(limits.video_sec)],
  ];
  return html`<${Section} title=${t("settings.budgets")}>
    <${Today} budgets=${budgets} />
    <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${t(`settings.${name}`)}</dt><dd class="numbers">${value}</dd></div>`)}</dl>
  <//>`;
}

function Today({ budgets }) {
  const { value } = useLoad((signal) => call("GET", "/metrics/days?days=1", { signal }), []);
  const paid = value && t(value.scope === "all" ? "settings.paid_by_all" : "settings.paid_by_you", { money: formatMoney(value.total.cost_usd) });
  if (budgets.today_cap_usd === null) return html`<p>${t("settings.no_day_cap")} ${paid}</p>`;
  const words = t("settings.spent_today", { spent: formatMoney(budgets.today_spent_usd), cap: formatMoney(budgets.today_cap_usd), left: formatMoney(budgets.left_usd) });
  const share = budgets.today_cap_usd ? budgets.today_spent_usd / budgets.today_cap_usd : 1;
  return html`<div class="stack tight"><p>${words} ${paid}</p><${Progress} share=${share} label=${t("settings.today")} words=${words} /></div>`;
}
