/** The three plots of a range of days. */
import { html } from "../../../vendor/preact.js";
import { formatLength, formatMoney, formatNumber } from "../../lib/format.js";
import { t } from "../../text.js";
import { Plot } from "./plot.js";

export function DayPlots({ days }) {
  const outcomes = ["succeeded", "failed", "canceled"].map((name) => ({ name, label: t(`metrics.${name}`), values: days.map((day) => day[name]) }));
  const durations = ["median", "p95"].map((name) => ({ name, label: t(`metrics.${name}`), values: days.map((day) => day[`${name}_seconds`]) }));
  const cost = [{ name: "cost", label: t("metrics.cost"), values: days.map((day) => day.cost_usd) }];
  const dates = days.map(({ day }) => day);
  return html`
    <${Plot} title=${t("metrics.jobs_by_day")} kind="bars" days=${dates} series=${outcomes} format=${(value) => formatNumber(value, 0)} unit="count" />
    <${Plot} title=${t("metrics.duration_by_day")} hint=${t("metrics.duration_hint")} kind="lines" days=${dates} series=${durations} format=${formatLength} unit="time" />
    <${Plot} title=${t("metrics.cost_by_day")} kind="bars" days=${dates} series=${cost} format=${formatMoney} unit="money" />`;
}
