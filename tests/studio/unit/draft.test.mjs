import assert from "node:assert/strict";
import { test } from "node:test";
import { addUpload, chooseWay, createDraft, isEmpty, isLosing, isReady, makePlan, moveItem, readPlan, replacePlan, splitScript, takeScenes, turnIntoScenes } from "../../../functions/api/studio/js/lib/draft.js";

const write = (fields) => ({ ...createDraft(), ...fields });

test("a short line is a topic, and a longer description a prompt", () => {
  assert.equal(makePlan(write({ words: " The fox \n" })).topic, "The fox");
  assert.equal(makePlan(write({ words: "The fox\njumps" })).prompt, "The fox\njumps");
  assert.equal(makePlan(write({ words: "x".repeat(201) })).topic, undefined);
});

test("scenes begin with an empty one, which is neither sent nor missed", () => {
  const draft = chooseWay(createDraft(), "scenes");
  assert.equal(draft.plan.scenes.length, 1);
  assert.ok(isEmpty(draft) && !isReady(draft));
  const [scene] = draft.plan.scenes;
  const written = { ...draft, plan: { ...draft.plan, scenes: [{ ...scene, narration: "Tea is hot." }, scene] } };
  assert.ok(isReady(written) && !isEmpty(written));
  assert.deepEqual(makePlan(written).scenes, [{ narration: "Tea is hot.", image_prompt: "Tea is hot." }]);
  assert.equal(chooseWay(written, "topic").plan.scenes.length, 2);
});

test("each paragraph of a text becomes a scene", () => {
  assert.deepEqual(splitScript("One\nline.\n\n \n\nTwo.\n").map((scene) => scene.narration), ["One line.", "Two."]);
});

test("a plan becomes a draft and the same plan again", () => {
  const plan = { language: "hi", length_sec: 60, voice: "M", aspect: "9:16", scenes: [{ narration: "a", image_prompt: "b", camera: "pan_left" }] };
  assert.deepEqual(makePlan(readPlan(plan)), plan);
});

test("an item moves to any place", () => {
  assert.deepEqual(moveItem(["a", "b", "c"], 0, 2), ["b", "c", "a"]);
  assert.deepEqual(moveItem(["a", "b", "c"], 2, 0), ["c", "a", "b"]);
});

test("an own file takes the place of the words for an image", () => {
  const draft = readPlan({ scenes: [{ narration: "A", image_prompt: "a", clip: { upload: "up-2" } }] });
  assert.deepEqual(makePlan(draft).scenes, [{ narration: "A", clip: { upload: "up-2" } }]);
});

test("null for no music, no watermark and no captions stays what it says", () => {
  const plan = makePlan(readPlan({ topic: "Tea", music: null, watermark: null, subtitle_languages: null, title: null }));
  assert.deepEqual([plan.music, plan.watermark, plan.subtitle_languages, plan.title], [{ enabled: false }, false, [], undefined]);
});

test("a plan that takes the place of scenes loses them, and keeps the words of the other ways", () => {
  const draft = write({ words: "The fox", script: "Tea is hot." });
  const next = replacePlan(draft, { scenes: [{ narration: "A", image_prompt: "a" }] });
  assert.deepEqual([next.way, next.words, next.script], ["scenes", "The fox", "Tea is hot."]);
  assert.ok(!isLosing(draft, next));
  assert.ok(isLosing(next, replacePlan(next, { scenes: [] })));
  assert.ok(isLosing(draft, replacePlan(draft, { topic: "The crow" })));
});

test("the scenes that were written for a topic can be changed, with their language and title", () => {
  const written = { title: "The Fox", language: "en", music: { mood: "calm" }, scenes: [{ narration: "A", image_prompt: "a", title: null }] };
  const plan = makePlan(takeScenes(write({ words: "the fox" }), written));
  assert.deepEqual([plan.topic, plan.title, plan.language, plan.music], [undefined, "The Fox", "en", undefined]);
  assert.deepEqual(plan.scenes, [{ narration: "A", image_prompt: "a" }]);
});

test("a text becomes scenes that make the same video", () => {
  const draft = write({ way: "script", script: "One.\n\nTwo." });
  assert.deepEqual(makePlan(turnIntoScenes(draft)).scenes, splitScript(draft.script));
});

test("files become scenes in their order, and a sound becomes the music", () => {
  const kinds = ["image", "video", "audio"];
  const draft = kinds.reduce((one, kind, index) => addUpload(one, { upload_id: `up-${index}`, kind }), chooseWay(createDraft(), "scenes"));
  const plan = makePlan(draft);
  assert.deepEqual(plan.scenes, [{ image: { upload: "up-0" }, duration_sec: 4 }, { clip: { upload: "up-1" } }]);
  assert.deepEqual(plan.music, { upload: "up-2" });
});
