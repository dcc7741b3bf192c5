/** Read the states of jobs. Pure. */

const ENDED = ["success", "error", "canceled"];

/** Return whether a job in this state makes nothing more. @param {string} state as the API calls it */
export function hasEnded(state) {
  return ENDED.includes(state);
}
