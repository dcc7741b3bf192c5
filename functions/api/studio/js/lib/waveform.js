/** The geometry of a waveform: from seconds to places and back, and the bars that are drawn. Pure. */

/** A bar that is drawn is at least this high, so that silence is seen as a line. */
const LOWEST = 0.02;

/**
 * Return the heights, 0 to 1, of `count` bars for the seconds from `from` to `to`.
 * @param {number[]} peaks the highest sample of each of equal parts of the sound
 * @param {number} duration of all of it, in seconds
 * @returns {number[]} relative to the loudest peak of all
 */
export function makeBars(peaks, duration, from, to, count) {
  const highest = findHighest(peaks) || 1;
  const scale = peaks.length / duration;
  return Array.from({ length: count }, (_, index) => {
    const start = (from + ((to - from) * index) / count) * scale;
    const end = (from + ((to - from) * (index + 1)) / count) * scale;
    return Math.max(LOWEST, findPeak(peaks, start, end) / highest);
  });
}

function findHighest(peaks) {
  let highest = 0;
  for (const one of peaks) highest = Math.max(highest, one);
  return highest;
}

/** The highest of the peaks that touch the part; between two peaks, a value between them. */
function findPeak(peaks, start, end) {
  if (end <= 0 || start >= peaks.length) return 0;
  if (end - start < 1) {
    const middle = Math.min(Math.max((start + end) / 2 - 0.5, 0), peaks.length - 1);
    const left = Math.floor(middle);
    const right = Math.min(left + 1, peaks.length - 1);
    return peaks[left] + (peaks[right] - peaks[left]) * (middle - left);
  }
  let peak = 0;
  for (let at = Math.max(0, Math.floor(start)); at < Math.min(Math.ceil(end), peaks.length); at++) peak = Math.max(peak, peaks[at]);
  return peak;
}

/** Return the path of bars as lines from `top` to `bottom`, in a drawing that is `width` wide. */
export function drawBars(bars, width, height, first = 0, last = bars.length) {
  const step = width / bars.length;
  let path = "";
  for (let index = first; index < last; index++) {
    const half = (bars[index] * height) / 2;
    path += `M${round((index + 0.5) * step)} ${round(height / 2 - half)}v${round(2 * half)}`;
  }
  return path;
}

/** Return the path of upright lines at `times`. */
export function drawTicks(times, duration, width, height) {
  return times.map((time) => `M${round((time / duration) * width)} 0v${round(height)}`).join("");
}

function round(value) {
  return Math.round(value * 10) / 10;
}

/** Return `value` within the limits. */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** Return the time nearest to `seconds` among rising `times`, if it is at most `reach` seconds away; else `seconds`. */
export function snap(seconds, times, reach) {
  const after = findAfter(times, seconds);
  const nearest = [times[after - 1], times[after]].filter((one) => one !== undefined && Math.abs(one - seconds) <= reach);
  return nearest.length ? nearest.reduce((best, one) => (Math.abs(one - seconds) < Math.abs(best - seconds) ? one : best)) : seconds;
}

/** Return the next of rising `times` in a direction, 1 or -1; `step` seconds on where there is none. */
export function stepTo(seconds, times, direction, step) {
  const margin = 0.005; // times are shown and typed in hundredths
  const next = direction > 0 ? times[findAfter(times, seconds + margin)] : times[findAfter(times, seconds - margin) - 1];
  return next === undefined || Math.abs(next - seconds) > 4 * step ? seconds + direction * step : next;
}

/** The index of the first of rising `times` that is not before `seconds`. */
export function findAfter(times, seconds) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return the peaks of samples, `perSecond` of them a second. @param {Float32Array} samples */
export function findPeaks(samples, rate, perSecond) {
  const size = rate / perSecond;
  const peaks = new Float32Array(Math.ceil(samples.length / size));
  for (let index = 0; index < peaks.length; index++) {
    let peak = 0;
    const end = Math.min(samples.length, Math.floor((index + 1) * size));
    for (let at = Math.floor(index * size); at < end; at++) peak = Math.max(peak, Math.abs(samples[at]));
    peaks[index] = peak;
  }
  return peaks;
}
