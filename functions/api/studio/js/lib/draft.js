/**
 * The draft of a video, and the plan that it becomes. Pure.
 *
 * A draft is {way, words, script, song, recording, plan}: `way` says which of the fields is meant, `plan` has the options
 * and, for the way "scenes", the scenes. Words of the other ways are kept, so that a change of mind loses nothing.
 */

import { getOwnAudio, isOwnAudioEmpty, makeOwnAudioPlan, OWN_AUDIO, readOwnAudio, takeFile } from "./own_audio.js";
import { splitNarrations } from "./script.js";

export { sortErrors } from "./error_fields.js";

const MAX_TOPIC_CHARS = 200;
/** The length in seconds of a scene in which nothing is said and no clip plays. */
export const SILENT_SEC = 4;

/** @typedef {"topic" | "template" | "script" | "scenes" | "song" | "recording"} Way */

/** Return an empty draft. `language` of the narration; "" leaves it to the text. */
export function createDraft() {
  return { way: "topic", words: "", script: "", plan: { length_sec: 60, voice: "F", aspect: "16:9", scenes: [] } };
}

/** Return an empty scene. */
export function createScene() {
  return { narration: "", image_prompt: "", key: makeKey() };
}

/** Return a name for a scene that stays while it moves. */
export function makeKey() {
  return Math.random().toString(36).slice(2, 10);
}

/** Return the draft with another way to begin; scenes begin with an empty one. */
export function chooseWay(draft, way) {
  const scenes = way === "scenes" && !draft.plan.scenes.length ? [createScene()] : draft.plan.scenes;
  return { ...draft, way, plan: { ...draft.plan, scenes } };
}

/** Return the draft of a plan, such as that of a template, a duplicate or a file. */
export function readPlan(plan) {
  const draft = createDraft();
  const { scenes = [], topic, prompt, song, narration_audio, ...options } = plan;
  const own = readOwnAudio(plan, makeKey);
  draft.plan = { ...draft.plan, ...withoutEmpty(options), ...readNone(plan), scenes: scenes.map((scene) => ({ ...withoutEmpty(scene), key: makeKey() })) };
  if (own) return { ...draft, way: own.way, [own.way]: own.audio, plan: { ...draft.plan, scenes: [] } };
  if (scenes.length) draft.way = "scenes";
  else draft.words = prompt || topic || "";
  return draft;
}

/** Return the fields for which null has a meaning of its own: no music, no watermark, no captions. */
function readNone(plan) {
  const none = { music: { enabled: false }, watermark: false, subtitle_languages: [] };
  return Object.fromEntries(Object.entries(none).filter(([name]) => plan[name] === null || plan[name] === ""));
}

function withoutEmpty(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== ""));
}

/** Return the plan to send for a draft; fields without a value are left out, so that the API's defaults hold. */
export function makePlan(draft) {
  const { scenes, ...options } = draft.plan;
  const plan = withoutEmpty(options);
  if (OWN_AUDIO[draft.way]) return { ...plan, ...makeOwnAudioPlan(draft) };
  if (draft.way === "topic") {
    return { ...plan, [isTopic(draft.words) ? "topic" : "prompt"]: draft.words.trim() };
  }
  if (draft.way === "script") return { ...plan, scenes: splitScript(draft.script) };
  const last = scenes.findLastIndex(hasContent); // an empty scene at the end is one that its writer has just added
  return { ...plan, scenes: scenes.slice(0, last + 1).map(makeScene) };
}

/** Return whether words name a topic; longer ones describe the video. */
export function isTopic(words) {
  const text = words.trim();
  return text.length <= MAX_TOPIC_CHARS && !text.includes("\n");
}

/** Return whether anything is said, shown or heard in a scene. */
export function hasContent({ key, ...scene }) {
  return Object.values(withoutEmpty(scene)).some((value) => (typeof value === "string" ? value.trim() : true));
}

function makeScene({ key, ...scene }) {
  const sent = withoutEmpty(scene);
  if (sent.image || sent.clip || sent.color) delete sent.image_prompt;
  else if (!sent.image_prompt?.trim() && sent.narration) sent.image_prompt = describeImage(sent.narration);
  if (!sent.narration?.trim() && !sent.narration_audio && !sent.clip && !sent.duration_sec && hasContent(sent)) sent.duration_sec = SILENT_SEC;
  if (sent.title && !sent.title.text) delete sent.title;
  if (sent.lower_third && !sent.lower_third.text) delete sent.lower_third;
  return sent;
}

/** Return what an image shows while these words are spoken, if their writer does not say it. */
function describeImage(narration) {
  return narration.slice(0, 300);
}

/** Return the scenes of a text: it is spoken, with an image about the first words of each scene. */
export function splitScript(text) {
  return splitNarrations(text).map((narration) => ({ narration, image_prompt: describeImage(narration) }));
}

/** Return the draft with its text as scenes, whose images follow what is said until their writer describes them. */
export function turnIntoScenes(draft) {
  const scenes = splitNarrations(draft.script).map((narration) => ({ ...createScene(), narration }));
  return { ...draft, way: "scenes", plan: { ...draft.plan, scenes } };
}

/** Return the draft with the scenes that the planner wrote for its topic, and their title and language. */
export function takeScenes(draft, plan) {
  const scenes = plan.scenes.map((scene) => ({ ...withoutEmpty(scene), key: makeKey() }));
  return { ...draft, way: "scenes", plan: { ...draft.plan, title: draft.plan.title || plan.title, language: plan.language, scenes } };
}

/** Return the draft of a plan that takes the place of another; words of the ways that the plan does not use stay. */
export function replacePlan(draft, plan) {
  const next = readPlan(plan);
  const { song = draft.song, recording = draft.recording } = next;
  return { ...next, words: next.words || draft.words, script: draft.script, song, recording };
}

/** Return the draft with a file of the user's own: an image or a clip in a scene of its own at the end, a sound as the music. */
export function addUpload(draft, upload) {
  const media = { upload: upload.upload_id };
  if (OWN_AUDIO[draft.way]) return { ...draft, [draft.way]: addOwnFile(getOwnAudio(draft), upload) };
  if (upload.kind === "audio") return { ...draft, plan: { ...draft.plan, music: media } };
  const scene = { ...createScene(), [upload.kind === "video" ? "clip" : "image"]: media };
  const scenes = draft.plan.scenes.filter((one, index, all) => index < all.length - 1 || hasContent(one));
  return { ...draft, way: "scenes", plan: { ...draft.plan, scenes: [...scenes, scene] } };
}

/** A sound is the song or the voice itself; an image or a clip is shown with it. */
function addOwnFile(audio, upload) {
  if (upload.kind === "audio") return takeFile(audio, upload);
  const scene = { key: makeKey(), [upload.kind === "video" ? "clip" : "image"]: { upload: upload.upload_id } };
  return { ...audio, background: "scenes", scenes: [...audio.scenes, scene] };
}

/** Return whether words or scenes of `before` are no longer in `after`. */
export function isLosing(before, after) {
  const lost = (text, next) => text.trim() && text !== next;
  const isOtherFile = Object.keys(OWN_AUDIO).some((way) => before[way]?.upload && before[way] !== after[way]);
  return Boolean(isOtherFile || lost(before.words, after.words) || lost(before.script, after.script) || before.plan.scenes.some((scene) => hasContent(scene) && !after.plan.scenes.includes(scene)));
}

/** Return whether there is nothing in the draft that its writer would miss. */
export function isEmpty(draft) {
  return !draft.words.trim() && !draft.script.trim() && !draft.plan.scenes.some(hasContent) && isOwnAudioEmpty(draft);
}

/** Return whether the draft says enough to be asked about. */
export function isReady(draft) {
  if (draft.way === "topic") return draft.words.trim().length > 0;
  if (draft.way === "script") return draft.script.trim().length > 0;
  if (OWN_AUDIO[draft.way]) return Boolean(getOwnAudio(draft).upload);
  return draft.plan.scenes.some(hasContent);
}

/** Return a list with the item at `from` moved to `to`. */
export function moveItem(items, from, to) {
  const rest = [...items];
  const [item] = rest.splice(from, 1);
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, item);
  return rest;
}
