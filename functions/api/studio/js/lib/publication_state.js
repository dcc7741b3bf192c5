/** The state of a publication as its creator understands it. Pure. */

const SOON_MS = 5000;
/** A publication for now is stored as planned, and taken up a moment later. */

/**
 * Return the state to show: one whose time has come is being sent.
 * @param {{state: string, publish_at: string}} publication
 * @param {number} [now] milliseconds
 */
export function readState({ state, publish_at: time }, now = Date.now()) {
  return state === "scheduled" && new Date(time).getTime() <= now + SOON_MS ? "uploading" : state;
}

/** Return whether the state changes soon by itself. */
export function isMoving(publication, now = Date.now()) {
  return ["uploading", "waiting"].includes(readState(publication, now));
}
