/**
 * The draft of a video, and the plan that it becomes. Pure.
 *
 * A draft is {way, words, script, plan}: `way` says which of the fields is meant, `plan` has the options and, for the way
 * "scenes", the scenes. Words of the other ways are kept, so that a change of mind loses nothing.
 */

const MAX_TOPIC_CHARS = 200;

/** @typedef {"topic" | "template" | "script" | "scenes"} Way */

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
  const { scenes = [], topic, prompt, ...options } = plan;
  draft.plan = { ...draft.plan, ...withoutEmpty(options), scenes: scenes.map((scene) => ({ ...withoutEmpty(scene), key: makeKey() })) };
  if (scenes.length) draft.way = "scenes";
  else draft.words = prompt || topic || "";
  return draft;
}

function withoutEmpty(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== ""));
}

/** Return the plan to send for a draft; fields without a value are left out, so that the API's defaults hold. */
export function makePlan(draft) {
  const { scenes, ...options } = draft.plan;
  const plan = withoutEmpty(options);
  if (draft.way === "topic") {
    const words = draft.words.trim();
    const isTopic = words.length <= MAX_TOPIC_CHARS && !words.includes("\n");
    return { ...plan, [isTopic ? "topic" : "prompt"]: words };
  }
  if (draft.way === "script") return { ...plan, scenes: splitScript(draft.script) };
  const last = scenes.findLastIndex(hasContent); // an empty scene at the end is one that its writer has just added
  return { ...plan, scenes: scenes.slice(0, last + 1).map(makeScene) };
}

/** Return whether anything is said, shown or heard in a scene. */
export function hasContent({ key, ...scene }) {
  return Object.values(withoutEmpty(scene)).some((value) => (typeof value === "string" ? value.trim() : true));
}

function makeScene({ key, ...scene }) {
  const sent = withoutEmpty(scene);
  if (sent.image || sent.clip) delete sent.image_prompt;
  else if (!sent.image_prompt?.trim() && sent.narration) sent.image_prompt = describeImage(sent.narration);
  if (sent.title && !sent.title.text) delete sent.title;
  if (sent.lower_third && !sent.lower_third.text) delete sent.lower_third;
  return sent;
}

/** Return what an image shows while these words are spoken, if their writer does not say it. */
function describeImage(narration) {
  return narration.slice(0, 300);
}

/** Return the scenes of a text: one for each paragraph, which it speaks, with an image about its first words. */
export function splitScript(text) {
  return text
    .split(/\n\s*\n/)
    .map((part) => part.trim().replace(/\s*\n\s*/g, " "))
    .filter(Boolean)
    .map((narration) => ({ narration, image_prompt: describeImage(narration) }));
}

/** Return whether there is nothing in the draft that its writer would miss. */
export function isEmpty(draft) {
  return !draft.words.trim() && !draft.script.trim() && !draft.plan.scenes.some(hasContent);
}

/** Return whether the draft says enough to be asked about. */
export function isReady(draft) {
  if (draft.way === "topic") return draft.words.trim().length > 0;
  if (draft.way === "script") return draft.script.trim().length > 0;
  return draft.plan.scenes.some(hasContent);
}

/** Return a list with the item at `from` moved to `to`. */
export function moveItem(items, from, to) {
  const rest = [...items];
  const [item] = rest.splice(from, 1);
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, item);
  return rest;
}

/**
 * Return the errors of an answer by the path of their field. The errors of a topic, a prompt and scenes of a script appear
 * at the one field that they were written in.
 * @param {{path: string, message: string}[]} errors
 * @returns {Map<string, string>}
 */
export function sortErrors(errors, way) {
  const sorted = new Map();
  for (const { path, message } of errors) {
    const field = way === "topic" && ["topic", "prompt", ""].includes(path) ? "words" : way === "script" && path.startsWith("scenes") ? "script" : path;
    sorted.set(field, sorted.has(field) ? `${sorted.get(field)} ${message}` : message);
  }
  return sorted;
}

/** Return the path of the field that shows an error: "scenes[2].image_prompt" for "scenes[2]"; null if none does. */
export function findField(path, known) {
  if (known.has(path)) return path;
  const scene = /^scenes\[\d+\]/.exec(path)?.[0];
  if (scene && known.has(`${scene}.narration`)) return `${scene}.narration`;
  const parent = path.replace(/[.[][^.[]*$/, "");
  return parent && parent !== path ? findField(parent, known) : null;
}
