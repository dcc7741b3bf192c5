/** Which rows of a long grid are drawn. Pure. */

/**
 * Return how many columns fit.
 * @param {number} width pixels of the grid
 * @param {number} narrowest the narrowest card, in pixels
 * @param {number} gap pixels between two cards
 */
export function countColumns(width, narrowest, gap) {
  return Math.max(1, Math.floor((width + gap) / (narrowest + gap)));
}

/**
 * Return the items to draw, and where the first one lies.
 * @param {{count: number, columns: number, rowHeight: number, top: number, height: number, extra: number}} view
 *   `rowHeight` with its gap; `top`: pixels of the grid above the window, below 0 if the grid begins inside it; `extra`:
 *   rows that are drawn above and below what can be seen
 * @returns {{first: number, end: number, total: number}} indices of items; pixels
 */
export function findWindow({ count, columns, rowHeight, top, height, extra }) {
  const rows = Math.ceil(count / columns);
  const firstRow = Math.min(Math.max(0, rows - 1), Math.max(0, Math.floor(top / rowHeight) - extra));
  const endRow = Math.min(rows, Math.max(0, Math.ceil((top + height) / rowHeight)) + extra);
  return {
    first: firstRow * columns,
    end: Math.min(count, Math.max(firstRow, endRow) * columns),
    total: rows * rowHeight,
  };
}

/**
 * Return the items to draw in the next frame. A new card takes the main thread some milliseconds, so at most one is added
 * a frame, unless the reader would see a gap.
 * @param {{first: number, end: number}} drawn the items that are drawn now
 * @param {{first: number, end: number}} wanted the items to draw in the end
 * @param {{first: number, end: number}} seen the items that the reader can see
 */
export function stepWindow(drawn, wanted, seen) {
  if (drawn.first > seen.first || drawn.end < seen.end) return wanted;
  if (drawn.end < wanted.end) return { first: drawn.first, end: drawn.end + 1 };
  if (drawn.first > wanted.first) return { first: drawn.first - 1, end: drawn.end };
  return wanted;
}

/** Return `known` with the entries of `fresh` in place of those with the same id, and new ones before all others. */
export function mergeEntries(known, fresh) {
  const byId = new Map(fresh.map((entry) => [entry.job_id, entry]));
  const ids = new Set(known.map((entry) => entry.job_id));
  const added = fresh.filter((entry) => !ids.has(entry.job_id));
  const newest = known.length ? known[0].created_at : "";
  return [...added.filter((entry) => entry.created_at >= newest), ...known.map((entry) => byId.get(entry.job_id) ?? entry)];
}
