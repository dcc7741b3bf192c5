import assert from "node:assert/strict";
import { test } from "node:test";
import { correctKept, findKept, makePatch } from "../../../functions/api/studio/js/lib/plan_changes.js";

const before = { voice: "F", style: "", scenes: [{ key: "a", narration: "A", image_prompt: "a" }, { key: "b", narration: "B", image_prompt: "b" }] };

test("only what changed is made anew, also when scenes move", () => {
  const [a, b] = before.scenes;
  const same = { isVoiceKept: true, isImageKept: true, isSame: true };
  assert.deepEqual(findKept(before, { ...before, scenes: [b, a] }), [same, same]);
  assert.deepEqual(findKept(before, { ...before, scenes: [{ ...a, narration: "A!" }, b] }), [{ isVoiceKept: false, isImageKept: true, isSame: false }, same]);
  assert.deepEqual(findKept(before, { ...before, scenes: [{ ...a, title: { text: "T" } }] }), [{ isVoiceKept: true, isImageKept: true, isSame: false }]);
  assert.deepEqual(findKept(before, { ...before, scenes: [{ key: "new", narration: "A", image_prompt: "a" }] })[0].isVoiceKept, false);
});

test("another voice changes every voice, and another style every image", () => {
  assert.ok(findKept(before, { ...before, voice: "M" }).every((one) => !one.isVoiceKept && one.isImageKept));
  assert.ok(findKept(before, { ...before, style: "comic" }).every((one) => one.isVoiceKept && !one.isImageKept));
});

test("a patch has the changed fields only", () => {
  assert.equal(makePatch(before, {}), null);
  assert.equal(makePatch(before, { 0: { narration: "A" }, 7: { narration: "gone" } }), null);
  assert.deepEqual(makePatch(before, { 1: { narration: "B!", image_prompt: "b" } }), { scenes: [{ index: 1, narration: "B!" }] });
});

test("the server knows what is stored", () => {
  const guess = [{ isVoiceKept: true, isImageKept: true, isSame: true }, { isVoiceKept: false, isImageKept: true, isSame: false }];
  assert.equal(correctKept(guess, undefined), guess);
  assert.deepEqual(correctKept(guess, ["scene-00-narration", "scene-01-narration", "scene-01-image"]), [
    { isVoiceKept: true, isImageKept: false, isSame: false },
    { isVoiceKept: true, isImageKept: true, isSame: false },
  ]);
});

test("an image whose words are deleted shows what is said", () => {
  assert.deepEqual(makePatch(before, { 0: { image_prompt: " " } }), { scenes: [{ index: 0, image_prompt: "A" }] });
  const own = makePatch(before, { 0: { image_prompt: "", image: { upload: "up-1" } } });
  assert.deepEqual(own, { scenes: [{ index: 0, image_prompt: "", image: { upload: "up-1" } }] });
});
