import assert from "node:assert/strict";
import { test } from "node:test";
import { hasScenes, listDestinations, listLines, nameRequest, sortApprovals } from "../../../functions/api/studio/js/lib/approval.js";

test("a request is named by its title, else by what it is about", () => {
  assert.equal(nameRequest({ request: { title: "A", topic: "B" } }), "A");
  assert.equal(nameRequest({ request: { topic: "B" } }), "B");
  assert.equal(nameRequest({ request: { scenes: [{ narration: "C" }] } }), "C");
  assert.equal(nameRequest({ request: {} }), "");
});

test("what a video says and where it goes is listed in each form that a plan has", () => {
  const request = { scenes: [{ narration: "one" }, { image_prompt: "two" }, { color: "#000000" }], publish: [{ destination: "folder" }, "youtube", {}] };
  assert.deepEqual(listLines({ request }), ["one", "two"]);
  assert.deepEqual(listDestinations({ action: "render", request }), ["folder", "youtube", "youtube"]);
  assert.deepEqual(listDestinations({ action: "render", request: {} }), []);
  assert.deepEqual(listDestinations({ action: "publish", request: { destination: "bucket" } }), ["bucket"]);
  assert.ok(hasScenes({ request }) && !hasScenes({ request: { topic: "a" } }));
});

test("the oldest question comes first, and answers after all questions", () => {
  const make = (created_at, state) => ({ created_at, state });
  const sorted = sortApprovals([make("2026-11-28T12:00:00Z", "waiting"), make("2026-11-28T11:00:00Z", "refused"), make("2026-11-28T10:00:00Z", "waiting")]);
  assert.deepEqual(sorted.waiting.map((one) => one.created_at.slice(11, 13)), ["10", "12"]);
  assert.equal(sorted.answered.length, 1);
});
