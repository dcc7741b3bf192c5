/** The cards of the library. Only those near the window are in the document, so that a long library scrolls as a short one. */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../../vendor/preact.js";
import { countColumns, findWindow, stepWindow } from "../../lib/window.js";
import { language } from "../../text.js";
import { Card } from "./card.js";

const NARROWEST = 240, GAP = 16, TEXT_HEIGHT = 128, EXTRA_ROWS = 2, LOAD_BEFORE_ROWS = 4;

export function Grid({ list }) {
  const grid = useRef();
  const drawn = useRef(new Map());
  const [view, setView] = useState({ width: 0, firstRow: 0, rows: 0 });
  const count = list.entries.length;
  const columns = countColumns(view.width, NARROWEST, GAP);
  const cardWidth = (view.width - GAP * (columns - 1)) / columns;
  const cardHeight = Math.round((cardWidth * 9) / 16) + TEXT_HEIGHT;
  const rowHeight = cardHeight + GAP;
  useWindow(grid, rowHeight, setView, count > 0);
  useLayoutEffect(() => {
    if (list.scroll && view.width) scrollTo(0, list.scroll);
  }, [view.width > 0]);
  const place = { count, columns, rowHeight, top: view.firstRow * rowHeight, height: view.rows * rowHeight };
  const wanted = findWindow({ ...place, extra: EXTRA_ROWS });
  const shown = useSteps(wanted, findWindow({ ...place, extra: 0 }), columns);
  const lastRow = view.firstRow + view.rows + LOAD_BEFORE_ROWS;
  useEffect(() => {
    if (list.hasMore && view.width && lastRow * columns >= count) list.loadMore();
  }, [lastRow, columns, count, list.hasMore]);
  if (!count) return null;
  const size = list.hasMore ? (list.total ?? -1) : count;
  const cards = list.entries.slice(shown.first, shown.end).map((entry, index) => drawOnce(drawn.current, { entry, position: shown.first + index + 1, size, language: language.get() }, list));
  drawn.current = new Map(cards.map((one) => [one.facts.entry.job_id, one]));
  const before = shown.first % columns; // the first row may begin with cards that are not drawn yet
  return html`<div ref=${grid} class="library-grid" style=${{ height: `${wanted.total}px` }}>
    <ul class="plain" style=${{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gridAutoRows: `${cardHeight}px`, transform: `translateY(${Math.floor(shown.first / columns) * rowHeight}px)` }}>
      ${view.width > 0 && before > 0 && html`<li key="before" role="presentation" style=${{ gridColumn: `span ${before}` }} />`}
      ${view.width > 0 && cards.map(({ node }) => node)}
    </ul>
  </div>`;
}

/** Return the items to draw: a card more in each frame, until all of `wanted` are drawn. */
function useSteps(wanted, seen, columns) {
  const latest = useRef({ drawn: wanted, columns });
  const [, setFrame] = useState(0);
  // other columns mean another layout, in which nothing is drawn yet
  const drawn = latest.current.columns === columns ? stepWindow(latest.current.drawn, wanted, seen) : wanted;
  latest.current = { drawn, columns };
  const isDone = drawn.first === wanted.first && drawn.end === wanted.end;
  useEffect(() => {
    if (isDone) return undefined;
    const frame = requestAnimationFrame(() => setFrame((one) => one + 1));
    return () => cancelAnimationFrame(frame);
  });
  return drawn;
}

/** Return the card {facts, node} that was drawn of the same facts, or a new one. Preact leaves a node alone that it knows. */
function drawOnce(drawn, facts, list) {
  const before = drawn.get(facts.entry.job_id);
  if (before && Object.keys(facts).every((name) => before.facts[name] === facts[name])) return before;
  const { entry, position, size } = facts;
  return { facts, node: html`<${Card} key=${entry.job_id} entry=${entry} position=${position} size=${size} onChange=${list.change} onRemove=${list.remove} />` };
}

/** Follow what can be seen of the grid. The state changes only when another row comes into the window. */
function useWindow(grid, rowHeight, setView, exists) {
  useEffect(() => {
    if (!exists) return undefined;
    let frame = 0;
    const measure = () => {
      frame = 0;
      const box = grid.current?.getBoundingClientRect();
      if (!box) return;
      const next = { width: Math.floor(box.width), firstRow: Math.max(0, Math.floor(-box.top / rowHeight)), rows: Math.ceil(innerHeight / rowHeight) + 1 };
      setView((before) => (Object.keys(next).every((name) => before[name] === next[name]) ? before : next));
    };
    const ask = () => (frame ||= requestAnimationFrame(measure));
    measure();
    addEventListener("scroll", ask, { passive: true });
    addEventListener("resize", ask);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", ask);
      removeEventListener("resize", ask);
    };
  }, [rowHeight, exists]);
}
