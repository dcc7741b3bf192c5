/** Draw bars or lines by day as SVG. Screen readers get the words of the plot instead. */
import { html } from "../../../vendor/preact.js";
import { formatClock } from "../../lib/format.js";
import { chooseLabels, listTicks, listTimeTicks, splitLine } from "../../lib/plot.js";
import { formatDay } from "./days.js";

const HEIGHT = 220;
const TOP = 12;
const BOTTOM = 28;
const LETTER = 7.5;

export function Drawing({ kind, unit, width, days, series, format, shown, onChoose }) {
  const heights = days.map((_, index) => series.map(({ values }) => values[index] ?? 0));
  const max = Math.max(...heights.map((values) => (kind === "bars" ? values.reduce((sum, one) => sum + one, 0) : Math.max(...values))));
  const ticks = unit === "time" ? listTimeTicks(max) : listTicks(max).filter((tick) => unit !== "count" || Number.isInteger(tick));
  const write = unit === "time" ? formatClock : format;
  const left = 12 + LETTER * Math.max(...ticks.map((tick) => write(tick).length));
  const step = (width - left) / days.length;
  const toX = (index) => left + step * (index + 0.5);
  const toY = (value) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / ticks[ticks.length - 1];
  const choose = (event) => {
    const { left: start } = event.currentTarget.getBoundingClientRect();
    onChoose(Math.min(days.length - 1, Math.max(0, Math.floor((event.clientX - start - left) / step))));
  };
  const labels = chooseLabels(days.length, width - left);
  return html`<svg width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} aria-hidden="true" onPointerMove=${choose} onPointerDown=${choose}>
    <rect class="chosen" x=${left + step * shown} y=${TOP} width=${step} height=${HEIGHT - BOTTOM - TOP} />
    ${ticks.map((tick) => html`<line class="grid-line" x1=${left} x2=${width} y1=${toY(tick)} y2=${toY(tick)} /><text x=${left - 8} y=${toY(tick) + 4} text-anchor="end">${write(tick)}</text>`)}
    ${labels.map((index) => html`<text x=${toX(index)} y=${HEIGHT - 8} text-anchor=${index === days.length - 1 && days.length > 10 ? "end" : "middle"}>${formatDay(days[index], "short")}</text>`)}
    ${kind === "bars" ? html`<${Bars} series=${series} heights=${heights} step=${step} toX=${toX} toY=${toY} />` : html`<${Lines} series=${series} radius=${step < 12 ? 2.5 : 4} toX=${toX} toY=${toY} />`}
  </svg>`;
}

function Bars({ series, heights, step, toX, toY }) {
  const thickness = Math.max(2, Math.min(40, step * 0.7));
  return heights.map((values, index) => {
    let below = 0;
    return values.map((value, which) => {
      if (!value) return null;
      const bottom = toY(below);
      below += value;
      return html`<rect class=${`mark ${series[which].name}`} x=${toX(index) - thickness / 2} y=${toY(below)} width=${thickness} height=${Math.max(1.5, bottom - toY(below))} />`;
    });
  });
}

function Lines({ series, radius, toX, toY }) {
  return series.map(({ name, values }) => {
    const points = splitLine(values).map((part) => part.map((index) => `${toX(index)},${toY(values[index])}`).join(" "));
    return html`<g class=${`line ${name}`}>
      ${points.map((text) => html`<polyline points=${text} />`)}
      ${values.map((value, index) => value !== null && html`<circle cx=${toX(index)} cy=${toY(value)} r=${radius} />`)}
    </g>`;
  });
}
