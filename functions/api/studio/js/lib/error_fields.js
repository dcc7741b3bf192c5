/** Find the field of the form that an error of the API belongs to. Pure. */

/** The fields of the options, by their paths in the plan. */
export const OPTION_FIELDS = [
  "language", "length_sec", "aspect", "voice", "style", "music", "render.resolution", "title", "subtitle_languages",
  "render.burn_captions", "render.caption_style", "watermark", "label", "brand", "publish", "description", "tags", "footage",
  "delivery.speed", "budget_usd", "render.fps", "seed", "strict", "render.soft_captions",
];
/** The fields of a scene. */
export const SCENE_FIELDS = ["narration", "image_prompt", "camera", "transition", "title", "lower_third", "duration_sec", "sounds"];

/** The fields of the ways that begin with a sound. */
const OWN_AUDIO_FIELDS = ["song.lyrics", "song.look", "song.part", "narration_audio.text"];

/** Fields that are set by the field of another: an own image takes the place of the words for one. */
const OPTION_OF = { "render.mode": "render.resolution" };
const PART_OF_SONG = /^song\.(start_sec|end_sec|best)$/;
const SCENE_FIELD_OF = { image: "image_prompt", clip: "image_prompt", footage: "image_prompt" };
const WORDS = ["", "topic", "prompt"];

/**
 * Return the path of the field that shows an error; "" if the form has none.
 * @param {string} path of the API, such as "scenes[2].sounds[0].volume_db"
 * @param {"topic" | "template" | "script" | "scenes" | "song" | "recording"} way how the video begins
 */
export function placeError(path, way) {
  if (way === "song" || way === "recording") return placeBesideSound(path, way);
  if (path === "scenes" || path.startsWith("scenes[") || WORDS.includes(path)) return placeInBeginning(path, way);
  return findNearest(OPTION_OF[path] ?? path, OPTION_FIELDS);
}

/** The images behind a song or a voice are one field. */
function placeBesideSound(path, way) {
  if (path === "scenes" || path.startsWith("scenes[") || ["topic", "prompt", "song.color"].includes(path)) return "background";
  if (PART_OF_SONG.test(path)) return "song.part";
  if (path === "" || /^(song|narration_audio)\b/.test(path)) {
    return findNearest(path, OWN_AUDIO_FIELDS) || (way === "song" ? "song.upload" : "narration_audio.upload");
  }
  return findNearest(OPTION_OF[path] ?? path, OPTION_FIELDS);
}

function placeInBeginning(path, way) {
  if (way === "topic") return "words";
  if (way === "script") return "script";
  const [, scene, field = ""] = /^(scenes\[\d+\])\.?(.*)$/.exec(path) ?? [];
  if (!scene) return way === "scenes" ? "scenes" : "";
  const first = field.split(/[.[]/)[0];
  return `${scene}.${findNearest(SCENE_FIELD_OF[first] ?? field, SCENE_FIELDS) || "narration"}`;
}

function findNearest(path, fields) {
  return fields.find((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)) ?? "";
}

/**
 * Return the messages of an answer by the path of the field that shows them.
 * @param {{path: string, message: string}[]} errors
 * @returns {Map<string, string>}
 */
export function sortErrors(errors, way) {
  const sorted = new Map();
  for (const { path, message } of errors) {
    const field = placeError(path, way);
    sorted.set(field, sorted.has(field) ? `${sorted.get(field)} ${message}` : message);
  }
  return sorted;
}
