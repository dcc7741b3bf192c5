import assert from "node:assert/strict";
import { test } from "node:test";
import { OPTION_FIELDS, placeError, SCENE_FIELDS, sortErrors } from "../../../functions/api/studio/js/lib/error_fields.js";

test("an error of the topic, the prompt or their scenes appears at the words", () => {
  for (const path of ["", "topic", "prompt", "scenes", "scenes[3].narration"]) assert.equal(placeError(path, "topic"), "words");
  for (const path of ["", "scenes", "scenes[3].narration"]) assert.equal(placeError(path, "script"), "script");
});

test("an error of a scene appears at its field, and one without a field at what is said or shown", () => {
  const fields = { "": "narration", translations: "narration", image: "image_prompt", "clip.end_sec": "image_prompt", "sounds[0].volume_db": "sounds", "title.text": "title", camera: "camera" };
  for (const [path, field] of Object.entries(fields)) assert.equal(placeError(["scenes[2]", path].filter(Boolean).join("."), "scenes"), `scenes[2].${field}`);
  assert.equal(placeError("scenes", "scenes"), "scenes");
});

test("an error of an option appears at its field, wherever in it the fault is", () => {
  for (const field of OPTION_FIELDS) assert.equal(placeError(field, "topic"), field);
  for (const field of SCENE_FIELDS) assert.equal(placeError(`scenes[0].${field}`, "scenes"), `scenes[0].${field}`);
  const parts = { "music.mood": "music", "publish[0].destination": "publish", "render.mode": "render.resolution", "tags[2]": "tags", "title": "title" };
  for (const [path, field] of Object.entries(parts)) assert.equal(placeError(path, "topic"), field);
  assert.equal(placeError("webhook_url", "topic"), "");
});

test("several errors of a field appear there together", () => {
  const errors = [{ path: "tags[0]", message: "is too long." }, { path: "tags[1]", message: "is empty." }, { path: "voice", message: "is unknown." }];
  assert.deepEqual([...sortErrors(errors, "topic")], [["tags", "is too long. is empty."], ["voice", "is unknown."]]);
});
