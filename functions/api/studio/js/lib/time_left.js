/** Estimate how long a video still takes. */

/**
 * Return a function that takes the share that is finished (0 to 1) and the seconds since the start, and returns the
 * seconds that are left; null: unknown yet. The answer of a later call is never larger than the one before, so what the
 * reader sees counts down. It stands still while the work is slower than it was.
 * @returns {(share: number, passed: number) => number | null}
 */
export function createTimeLeft() {
  let least = Infinity;
  return (share, passed) => {
    if (share <= 0.08 || share >= 1) return Number.isFinite(least) ? least : null;
    least = Math.min(least, (passed / share) * (1 - share));
    return least;
  };
}
