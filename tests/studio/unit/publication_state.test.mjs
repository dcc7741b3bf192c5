import assert from "node:assert/strict";
import { test } from "node:test";
import { isMoving, readState } from "../../../functions/api/studio/js/lib/publication_state.js";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const plan = (state, time) => ({ state, publish_at: time });

test("a publication whose time has come is being sent, and one for later is planned", () => {
  assert.equal(readState(plan("scheduled", "2026-01-01T12:00:01Z"), NOW), "uploading");
  assert.equal(readState(plan("scheduled", "2026-01-01T13:00:00Z"), NOW), "scheduled");
  assert.equal(readState(plan("failed", "2026-01-01T11:00:00Z"), NOW), "failed");
});

test("the page asks again only while something moves", () => {
  const states = ["scheduled", "uploading", "published", "failed", "canceled", "uploaded"];
  assert.deepEqual(states.filter((state) => isMoving(plan(state, "2026-01-01T11:00:00Z"), NOW)), ["scheduled", "uploading"]);
  assert.ok(!isMoving(plan("scheduled", "2026-02-01T00:00:00Z"), NOW));
});
