import assert from "node:assert/strict";
import { test } from "node:test";
import { createTimeLeft } from "../../../functions/api/studio/js/lib/time_left.js";

const round = (seconds) => Math.round(seconds * 100) / 100;

test("the time left follows the pace since the reader began to look", () => {
  const estimate = createTimeLeft();
  estimate(0.2, 0); // the first steps ended at once
  assert.equal(round(estimate(0.6, 40)), 40);
  assert.equal(round(estimate(0.8, 60)), 20);
});

test("the time left is unknown until there is a pace, and when all is finished", () => {
  const estimate = createTimeLeft();
  assert.equal(estimate(0.2, 0.5), null);
  assert.equal(estimate(0.5, 1), null);
  assert.equal(estimate(0.22, 30), null);
  assert.equal(estimate(1, 60), null);
});
