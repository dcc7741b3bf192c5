/** Compute the scales of a plot. Pure. */

/**
 * Return the values at which an axis from 0 has lines: round numbers, the last one not below `max`.
 * @param {number} max the largest value
 * @param {number} [count] the most lines above 0
 * @returns {number[]}
 */
export function listTicks(max, count = 4) {
  if (!(max > 0)) return [0, 1];
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough * (1 - 1e-9));
  const lines = Math.ceil(max / step - 1e-9);
  return Array.from({ length: lines + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];

/** Return the lines of an axis of seconds, as `listTicks` does: they are as far apart as those of a clock. */
export function listTimeTicks(max, count = 4) {
  if (!(max > 0)) return [0, 60];
  const step = TIME_STEPS.find((one) => one * count >= max) ?? 86400 * Math.ceil(max / count / 86400);
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, index) => index * step);
}

/**
 * Return the indexes of the days that get a label below the axis: evenly apart, the last one among them.
 * @param {number} count days
 * @param {number} width of the axis in pixels
 * @param {number} [each] pixels of a label
 */
export function chooseLabels(count, width, each = 72) {
  const most = Math.max(2, Math.floor(width / each));
  const step = Math.max(1, Math.ceil(count / most));
  const chosen = [];
  for (let index = count - 1; index >= 0; index -= step) chosen.unshift(index);
  return chosen;
}

/**
 * Return the parts of a line between days that have no value.
 * @param {(number | null)[]} values
 * @returns {number[][]} the indexes of each part
 */
export function splitLine(values) {
  const parts = [[]];
  values.forEach((value, index) => {
    if (value === null) parts.push([]);
    else parts[parts.length - 1].push(index);
  });
  return parts.filter((part) => part.length > 0);
}

/** Return the index that a key of the keyboard moves to; null: another key. */
export function moveIndex(key, index, count) {
  const targets = { ArrowLeft: index - 1, ArrowDown: index - 1, ArrowRight: index + 1, ArrowUp: index + 1, PageDown: index - 7, PageUp: index + 7, Home: 0, End: count - 1 };
  return key in targets ? Math.min(count - 1, Math.max(0, targets[key])) : null;
}
