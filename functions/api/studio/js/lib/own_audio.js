/**
 * The parts of a draft for the two ways that begin with a sound: "song", and "recording", the writer's own voice. Pure.
 *
 * @typedef {object} OwnAudio
 * @property {string} upload its id; "" while there is none
 * @property {string} name of the file
 * @property {"whole" | "best" | "own"} part of a song that is used
 * @property {string} lyrics of a song: plain text, LRC or SRT
 * @property {{text: string, lines: import("./lrc.js").Line[]} | null} times of the words, for the lyrics `text`
 * @property {string} text of a recording
 * @property {"color" | "auto" | "prompt" | "scenes"} background
 * @property {object[]} scenes images, clips and colours
 */

/** The ways that begin with a sound, and the field of the plan that each of them has. */
export const OWN_AUDIO = { song: "song", recording: "narration_audio" };
const MAX_TOPIC_CHARS = 200;
const NO_FILE = { upload: "", name: "", duration_sec: 0, prompt: "", scenes: [], rest: {} };

/** Return the part of a new draft for a way. @param {"song" | "recording"} way @returns {OwnAudio} */
export function createOwnAudio(way) {
  if (way === "recording") return { ...NO_FILE, text: "", background: "auto" };
  return { ...NO_FILE, part: "whole", best_sec: 30, start_sec: null, end_sec: null, lyrics: "", times: null, look: "clean", color: "", background: "color" };
}

/** Return the part of the draft for its way, or for another. */
export function getOwnAudio(draft, way = draft.way) {
  return draft[way] ?? createOwnAudio(way);
}

/** Return whether there is nothing in this part that its writer would miss. */
export function isOwnAudioEmpty(draft) {
  return ["song", "recording"].every((way) => {
    const { upload, lyrics = "", text = "", prompt, scenes } = getOwnAudio(draft, way);
    return !upload && !lyrics.trim() && !text.trim() && !prompt.trim() && !scenes.length;
  });
}

/** Return the part with another file; what belonged to the file before goes. @param {object} upload as GET /uploads/ID shows it */
export function takeFile(audio, upload) {
  const file = { ...audio, upload: upload.upload_id, name: upload.filename ?? "", duration_sec: upload.duration_sec ?? 0 };
  if (audio.upload === upload.upload_id || !("part" in audio)) return file;
  return { ...file, part: "whole", start_sec: null, end_sec: null, times: null };
}

/** Return the draft with a text as the words of its song or its voice. */
export function takeWords(draft, text) {
  const words = draft.way === "song" ? { lyrics: text, times: null } : { text };
  return { ...draft, [draft.way]: { ...getOwnAudio(draft), ...words } };
}

/** Return whether a file has lyrics or a text. @param {{name: string, type: string}} file */
export function isTextFile(file) {
  return /\.(lrc|srt|txt)$/i.test(file.name) || file.type === "text/plain";
}

/** Return the fields that a draft of such a way adds to its plan. */
export function makeOwnAudioPlan(draft) {
  const audio = getOwnAudio(draft);
  const sound = draft.way === "song" ? makeSong(audio) : makeRecording(audio);
  const length = draft.way === "song" && audio.part === "best" ? { length_sec: audio.best_sec } : {};
  return { ...length, [OWN_AUDIO[draft.way]]: sound, ...makeBackground(audio) };
}

function makeSong({ upload, part, start_sec, end_sec, lyrics, look, color, background, rest }) {
  const song = { ...rest, upload, look };
  if (part === "best") song.best = true;
  if (part === "own") Object.assign(song, start_sec === null ? {} : { start_sec }, end_sec === null ? {} : { end_sec });
  if (lyrics.trim()) song.lyrics = lyrics;
  if (background === "color" && color) song.color = color;
  return song;
}

function makeRecording({ upload, text, rest }) {
  return { ...rest, upload, ...(text.trim() ? { text } : {}) };
}

function makeBackground({ background, prompt, scenes }) {
  if (background === "prompt" && prompt.trim()) return { [isShort(prompt) ? "topic" : "prompt"]: prompt.trim() };
  if (background === "scenes") return { scenes: scenes.map(({ key, ...scene }) => withoutEmpty(scene)) };
  return {};
}

function isShort(words) {
  return words.trim().length <= MAX_TOPIC_CHARS && !words.trim().includes("\n");
}

function withoutEmpty(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""));
}

/**
 * Return the way of a plan with a song or a recording, and its part of the draft; null for another plan.
 * @returns {{way: "song" | "recording", audio: OwnAudio} | null}
 */
export function readOwnAudio({ song, narration_audio, topic, prompt, scenes = [], length_sec }, makeKey) {
  const way = song ? "song" : narration_audio ? "recording" : null;
  if (!way) return null;
  const { upload, ...fields } = readRef(song ?? narration_audio);
  const words = prompt || topic || "";
  const kept = scenes.map((scene) => ({ ...withoutEmpty(scene), key: makeKey() }));
  const shown = { prompt: words, scenes: kept, ...(kept.length ? { background: "scenes" } : words ? { background: "prompt" } : {}) };
  const audio = { ...createOwnAudio(way), upload, ...shown };
  if (way === "recording") {
    const { text = "", ...rest } = fields;
    return { way, audio: { ...audio, text, rest: withoutEmpty(rest) } };
  }
  const { start_sec = null, end_sec = null, best = false, lyrics = "", look = "clean", color = "", ...rest } = fields;
  const hasPart = start_sec !== null || end_sec !== null;
  const backdrop = isFlat(scenes) ? { scenes: [], background: "color" } : {};
  const part = best ? { part: "best", best_sec: length_sec ?? 30 } : hasPart ? { part: "own", start_sec, end_sec } : {};
  return { way, audio: { ...audio, ...backdrop, ...part, lyrics, look, color: color ?? "", rest: withoutEmpty(rest) } };
}

/** A finished video has its flat colour as a scene; without it the colour follows the look again. */
function isFlat(scenes) {
  return scenes.length === 1 && Boolean(scenes[0].color) && !scenes[0].title && !scenes[0].lower_third;
}

/** Return the scenes with what two neighbours show exchanged; what is said in a recording stays in its order. */
export function moveShown(scenes, from, to) {
  if (!scenes[from] || !scenes[to]) return scenes;
  return scenes.map((scene, index) => (index === from ? { ...scenes[to], ...getSpoken(scene) } : index === to ? { ...scenes[from], ...getSpoken(scene) } : scene));
}

/** Return the scenes without what one of them shows; its words go to the scene beside it. */
export function removeShown(scenes, index) {
  const rest = scenes.filter((_, at) => at !== index);
  const { narration } = scenes[index];
  if (!narration || !rest.length) return rest;
  const at = Math.max(0, index - 1);
  const words = index > 0 ? [rest[at].narration, narration] : [narration, rest[at].narration];
  return rest.map((scene, place) => (place === at ? { ...scene, narration: words.filter(Boolean).join(" "), translations: undefined } : scene));
}

function getSpoken({ narration, translations }) {
  return { narration, translations };
}

function readRef(ref) {
  return typeof ref === "string" ? { upload: ref } : ref;
}

/** Return the start and end of the part that plays. @param {number} duration @param {object[]} [best] parts that POST /audio/analyze found */
export function findPart(audio, duration, best = []) {
  if (audio.part === "own") return { start: audio.start_sec ?? 0, end: Math.min(audio.end_sec ?? duration, duration) };
  if (audio.part === "best" && best.length) return { start: best[0].start_sec, end: best[0].end_sec, reason: best[0].reason };
  return { start: 0, end: duration };
}
