/** What the check of a batch found: the cost of the whole, or every wrong row with its column. */
import { html } from "../../../vendor/preact.js";
import { formatLength, formatMoney } from "../../lib/format.js";
import { t } from "../../text.js";
import { Icon } from "../../ui/icon.js";

const MOST_SHOWN = 200;

/** @param {{checked: object}} props the answer of POST /batches/check */
export function CheckResult({ checked }) {
  const { rows, problems, problem_count: count, notices } = checked;
  if (!checked.accepted) {
    const shown = problems.slice(0, MOST_SHOWN);
    return html`<div class="note bad" role="alert"><${Icon} name="alert" /><div class="body">
      <p>${t("batch.problems", { count })}</p>
      <ul class="small batch-problems">${shown.map((one) => html`<li><strong>${nameCell(one)}</strong> ${one.message}</li>`)}</ul>
      ${count > shown.length && html`<p class="small">${t("batch.more_problems", { count: count - shown.length })}</p>`}
    </div></div>`;
  }
  return html`<div class="note good"><${Icon} name="check" /><p>${t("batch.all_right", { count: rows })}</p></div>
    ${checked.estimate && html`<${Estimate} estimate=${checked.estimate} />`}
    ${notices.length > 0 && html`<ul class="small stack tight">${notices.map((notice) => html`<li>${notice}</li>`)}</ul>`}`;
}

/** Return the place of a problem in words: "Row 3, title:". A problem of no column is at a field of the plan. */
function nameCell({ row, column, field }) {
  const place = column || field;
  if (!row) return place ? `${place}:` : "";
  return place ? t("batch.cell", { row, column: place }) : t("batch.row_number", { row });
}

function Estimate({ estimate }) {
  const facts = [
    ["estimate_cost", t("batch.up_to", { expected: formatMoney(estimate.expected_usd), most: formatMoney(estimate.most_usd) })],
    ["estimate_length", estimate.video_seconds > 0 && formatLength(estimate.video_seconds)],
    ["estimate_wait", estimate.wait_seconds > 0 && formatLength(estimate.wait_seconds)],
    ["estimate_left", typeof estimate.budget_left_usd === "number" && formatMoney(estimate.budget_left_usd)],
  ].filter(([, value]) => value);
  return html`<dl class="batch-facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${t(`batch.${name}`)}</dt><dd class="numbers">${value}</dd></div>`)}</dl>`;
}
