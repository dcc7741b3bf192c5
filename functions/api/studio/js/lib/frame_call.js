/** Make the calls for preview frames, and read what their answers tell. */

const WIDTHS = [320, 640, 960, 1280, 1920];

/**
 * Return the call for a frame.
 * @param {object} wanted
 * @param {string | null} [wanted.jobId] null: a plan that is no job yet
 * @param {number} [wanted.scene] the index of a scene, from 0
 * @param {number | null} [wanted.at] seconds of the scene, or of the video without a scene; null: the server chooses
 * @param {number} [wanted.width] pixels
 * @param {"en" | "hi" | "none" | null} [wanted.language] of the captions in the image; null: that of the video
 * @param {object | null} [wanted.patch] a PlanPatch
 * @param {object | null} [wanted.plan] a plan in place of the job's
 * @param {object | null} [wanted.brand] the fields of a brand that is not stored, beside a plan that is no job yet
 * @returns {{method: "GET" | "POST", path: string, body?: object}}
 */
export function makeFrameCall({ jobId, scene, at, width, language, patch, plan, brand }) {
  const path = jobId ? `/render/${encodeURIComponent(jobId)}/frame` : "/plan/frame";
  const choice = Object.fromEntries(
    Object.entries({ scene, at, width, language }).filter(([, value]) => value !== null && value !== undefined),
  );
  if (plan) return { method: "POST", path, body: { ...choice, plan, ...(brand ? { brand } : {}) } };
  if (patch) return { method: "POST", path, body: { ...choice, patch } };
  const query = new URLSearchParams(Object.entries(choice).map(([name, value]) => [name, String(value)])).toString();
  return { method: "GET", path: query ? `${path}?${query}` : path };
}

/**
 * Return what the headers of an answer tell; times are seconds of the video.
 * @param {Headers} headers
 * @returns {{number: number, time: number, scene: number, start: number, end: number, length: number,
 *   missing: {scene: number, role: "image" | "narration"}[]}} `missing`: what is not made yet, in the whole video
 */
export function readFrameFacts(headers) {
  const read = (name) => Number(headers.get(name));
  const slots = (headers.get("Frame-Missing") ?? "").matchAll(/scene-(\d+)-(image|narration)/g);
  return {
    number: read("Frame-Number"),
    time: read("Frame-Time"),
    scene: read("Frame-Scene"),
    start: read("Scene-Start"),
    end: read("Scene-End"),
    length: read("Video-Length"),
    missing: [...slots].map(([, scene, role]) => ({ scene: Number(scene), role })),
  };
}

/** Return the width to ask for an image that is shown `pixels` wide: one of a few, so that frames stay cached. */
export function chooseFrameWidth(pixels) {
  return WIDTHS.find((width) => width >= pixels) ?? WIDTHS.at(-1);
}
