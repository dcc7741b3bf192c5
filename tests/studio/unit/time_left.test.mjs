import assert from "node:assert/strict";
import { test } from "node:test";
import { createTimeLeft } from "../../../functions/api/studio/js/lib/time_left.js";

test("the time left is unknown at first, and follows the pace", () => {
  const estimate = createTimeLeft();
  assert.equal(estimate(0, 3), null);
  assert.equal(estimate(0.5, 30), 30);
  assert.equal(estimate(0.75, 30), 10);
});

test("the time left never grows, also when the work stands still or the share falls", () => {
  const estimate = createTimeLeft();
  let before = Infinity;
  for (const [share, passed] of [[0.1, 2], [0.1, 20], [0.5, 22], [0.4, 30], [0.9, 80], [0.05, 90], [1, 95]]) {
    const left = estimate(share, passed);
    assert.ok(left <= before, `${left} after ${before}`);
    before = left;
  }
});
