/** A plot by day: a drawing that the keyboard reads day by day, and a table with the same values. */
import { html, useEffect, useId, useRef, useState } from "../../../vendor/preact.js";
import { moveIndex } from "../../lib/plot.js";
import { t } from "../../text.js";
import { More } from "../../ui/more.js";
import { Drawing } from "./drawing.js";
import { formatDay } from "./days.js";

/**
 * @typedef {{name: string, label: string, values: (number | null)[]}} Series `name` chooses the colour
 * @param {object} props
 * @param {"bars" | "lines"} props.kind bars stand on each other
 * @param {string[]} props.days
 * @param {Series[]} props.series
 * @param {(value: number) => string} props.format
 * @param {"count" | "time" | "money"} props.unit chooses the lines of the axis
 */
export function Plot({ title, hint, kind, days, series, format, unit }) {
  const id = useId();
  const [chosen, setChosen] = useState(null);
  const [frame, width] = useWidth();
  const last = findLast(series, days.length);
  const shown = Math.min(chosen ?? last, days.length - 1);
  const words = describeDay(days[shown], shown, series, format);
  const press = (event) => {
    const index = moveIndex(event.key, shown, days.length);
    if (index === null) return;
    event.preventDefault();
    setChosen(index);
  };
  return html`<section class="card stack plot" aria-labelledby=${id}>
    <div class="stack tight"><h2 id=${id}>${title}</h2>${hint && html`<p class="soft small">${hint}</p>`}</div>
    ${series.length > 1 && html`<ul class="plain row legend">${series.map((one) => html`<li class="row" key=${one.name}><i class=${`swatch ${one.name}`} />${one.label}</li>`)}</ul>`}
    <div class="frame" ref=${frame} tabindex="0" role="slider" aria-labelledby=${id} aria-orientation="horizontal" aria-valuemin="0" aria-valuemax=${days.length - 1} aria-valuenow=${shown} aria-valuetext=${words} onKeyDown=${press}>
      ${width > 0 && html`<${Drawing} kind=${kind} width=${width} days=${days} series=${series} format=${format} unit=${unit} shown=${shown} onChoose=${setChosen} />`}
    </div>
    <p class="readout numbers" aria-hidden="true">${words}</p>
    <${More} label=${t("metrics.as_table")}><${ValueTable} title=${title} days=${days} series=${series} format=${format} /><//>
  </section>`;
}

function describeDay(day, index, series, format) {
  const parts = series.map(({ label, values }) => t("metrics.one_value", { label, value: values[index] === null ? t("metrics.no_value") : format(values[index]) }));
  return t("metrics.day_values", { day: formatDay(day, "long"), values: parts.join(" · ") });
}

/** Return the last day with a value, which is shown first. */
function findLast(series, count) {
  for (let index = count - 1; index >= 0; index--) {
    if (series.some(({ values }) => values[index])) return index;
  }
  return count - 1;
}

function ValueTable({ title, days, series, format }) {
  const rows = days.map((day, index) => ({ day, index })).filter(({ index }) => series.some(({ values }) => values[index]));
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("metrics.table_of", { title })}><table class="plain">
    <caption class="visually-hidden">${title}</caption>
    <thead><tr><th scope="col">${t("metrics.day")}</th>${series.map(({ label }) => html`<th scope="col" class="numbers">${label}</th>`)}</tr></thead>
    <tbody>${rows.reverse().map(({ day, index }) => html`<tr key=${day}><th scope="row">${formatDay(day, "long")}</th>${series.map(({ values }) => html`<td class="numbers">${values[index] === null ? "–" : format(values[index])}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

/** Return a ref for an element, and its width in pixels. */
function useWidth() {
  const element = useRef();
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
