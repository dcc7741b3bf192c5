import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseWay, createDraft, findField, isEmpty, isReady, makePlan, moveItem, readPlan, sortErrors, splitScript } from "../../../functions/api/studio/js/lib/draft.js";

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

test("an error appears at the field in which its text was written", () => {
  const errors = [{ path: "topic", message: "is too long" }, { path: "voice", message: "is unknown" }];
  assert.deepEqual([...sortErrors(errors, "topic")], [["words", "is too long"], ["voice", "is unknown"]]);
});

test("an item moves to any place", () => {
  assert.deepEqual(moveItem(["a", "b", "c"], 0, 2), ["b", "c", "a"]);
  assert.deepEqual(moveItem(["a", "b", "c"], 2, 0), ["c", "a", "b"]);
});

test("an own file takes the place of the words for an image", () => {
  const draft = readPlan({ scenes: [{ narration: "A", image_prompt: "a", clip: { upload: "up-2" } }] });
  assert.deepEqual(makePlan(draft).scenes, [{ narration: "A", clip: { upload: "up-2" } }]);
});

test("an error without a field of its own appears at the nearest one", () => {
  const known = new Set(["scenes[1].narration", "render.fps"]);
  assert.equal(findField("scenes[1].image", known), "scenes[1].narration");
  assert.equal(findField("render.fps", known), "render.fps");
  assert.equal(findField("seed", known), null);
});
