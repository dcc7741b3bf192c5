/** The figures of the whole range. */
import { html } from "../../../vendor/preact.js";
import { formatLength, formatMoney, formatNumber } from "../../lib/format.js";
import { t } from "../../text.js";

export function RangeTotals({ total }) {
  const ended = total.succeeded + total.failed;
  const facts = [
    ["succeeded", formatNumber(total.succeeded)],
    ["success_rate", ended ? t("metrics.percent", { value: formatNumber((100 * total.succeeded) / ended) }) : "–"],
    ["median", total.median_seconds === null ? "–" : formatLength(total.median_seconds)],
    ["cost", formatMoney(total.cost_usd)],
  ];
  return html`<${Facts} facts=${facts} />`;
}

/** Large figures with their names. `facts`: [key of the text, value] pairs */
export function Facts({ facts }) {
  return html`<dl class="figures">${facts.map(([name, value]) => html`<div class="card"><dt>${t(`metrics.${name}`)}</dt><dd class="numbers">${value}</dd></div>`)}</dl>`;
}
