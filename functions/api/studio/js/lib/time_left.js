/** Estimate how long a video still takes. */

/** Seconds and share that the reader must have seen before an estimate is more than a guess. */
const ENOUGH_SEC = 3, ENOUGH_SHARE = 0.05;

/**
 * Return a function that takes the share that is finished (0 to 1) and the seconds since the start, and returns the
 * seconds that are left; null: unknown yet. The pace is that since the first call: the first steps of a job end at once,
 * so the pace since the start would promise too much.
 * @returns {(share: number, passed: number) => number | null}
 */
export function createTimeLeft() {
  let first = null;
  return (share, passed) => {
    first ??= { share, passed };
    const [covered, took] = [share - first.share, passed - first.passed];
    if (took < ENOUGH_SEC || covered < ENOUGH_SHARE || share >= 1) return null;
    return (took / covered) * (1 - share);
  };
}
