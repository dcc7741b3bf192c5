import assert from "node:assert/strict";
import { test } from "node:test";

import { nameProvider, sortVoices } from "../../../functions/api/studio/js/lib/voices.js";

const LIST = ["M", "elevenlabs/a", "F", "elevenlabs/b"].map((voice) => ({ voice }));
const names = (voices) => voices.map((one) => one.voice);

test("a woman's and a man's voice come first, then the chosen one", () => {
  const { first, others } = sortVoices(LIST, "elevenlabs/b");
  assert.deepEqual(names(first), ["F", "M", "elevenlabs/b"]);
  assert.deepEqual(names(others), ["elevenlabs/a"]);
  assert.deepEqual(first.map((one) => one.isGender), [true, true, false]);
});

test("the choice is there before the list is, and if the server does not know it", () => {
  assert.deepEqual(names(sortVoices([], "F").first), ["F", "M"]);
  assert.deepEqual(names(sortVoices(LIST, "openai/x").first), ["F", "M", "openai/x"]);
});

test("a provider is named as it writes itself", () => {
  assert.equal(nameProvider("elevenlabs"), "ElevenLabs");
  assert.equal(nameProvider("new"), "new");
});
