/** What an agent asks for, in parts that a page can show. Pure. */

/** Return the name of the video that is asked for: its title, else what it is about. */
export function nameRequest({ request }) {
  return request.title || request.topic || request.prompt || request.scenes?.[0]?.narration || "";
}

/** Return the first lines of what the video says: [] if a planner still has to write it. */
export function listLines({ request }) {
  return (request.scenes ?? []).map((scene) => scene.narration || scene.image_prompt || "").filter(Boolean);
}

/** Return the destinations that the video or the publication goes to. */
export function listDestinations({ action, request }) {
  if (action === "publish") return [request.destination ?? "youtube"];
  return [request.publish ?? []].flat().map((one) => (typeof one === "string" ? one : (one.destination ?? "youtube")));
}

/** Return whether a frame of the request can be shown: its scenes are written. */
export function hasScenes({ request }) {
  return (request.scenes ?? []).length > 0;
}

/** Return the approvals that wait, the oldest first, and the others. */
export function sortApprovals(approvals) {
  const waiting = approvals.filter(({ state }) => state === "waiting").sort((one, other) => one.created_at.localeCompare(other.created_at));
  return { waiting, answered: approvals.filter(({ state }) => state !== "waiting") };
}
