/** What was paid, line by line. */
import { html } from "../../../vendor/preact.js";
import { formatMoney } from "../../lib/format.js";
import { t } from "../../text.js";
import { nameSlot } from "../../ui/slot_name.js";

export function Costs({ cost }) {
  if (!cost.lines.length) return html`<p>${t("job.nothing_paid")}</p>`;
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("job.cost_table")}><table class="plain">
    <thead><tr><th>${t("job.cost_what")}</th><th>${t("job.cost_who")}</th><th class="numbers">${t("job.cost_much")}</th></tr></thead>
    <tbody>${cost.lines.map((line) => html`<tr><td>${nameSlot(line.slot)}</td><td>${line.provider} ${line.model}</td><td class="numbers">${formatMoney(line.usd)}</td></tr>`)}</tbody>
    <tfoot><tr><th colspan="2">${t("job.cost_sum")}</th><td class="numbers">${formatMoney(cost.actual_usd)}</td></tr></tfoot>
  </table></div>`;
}
