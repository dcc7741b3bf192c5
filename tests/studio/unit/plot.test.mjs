import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLabels, listTicks, listTimeTicks, moveIndex, splitLine } from "../../../functions/api/studio/js/lib/plot.js";

test("an axis has few round lines and reaches the largest value", () => {
  assert.deepEqual(listTicks(7), [0, 2, 4, 6, 8]);
  assert.deepEqual(listTicks(0.3), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(listTicks(0), [0, 1]);
  for (const max of [0.0004, 1, 3, 99, 100, 12345]) {
    const ticks = listTicks(max);
    assert.ok(ticks.length <= 5 && ticks.at(-1) >= max && ticks.at(-1) <= 2.5 * max, `${max}: ${ticks}`);
  }
});

test("an axis of seconds has the lines of a clock", () => {
  assert.deepEqual(listTimeTicks(100), [0, 30, 60, 90, 120]);
  assert.deepEqual(listTimeTicks(340), [0, 120, 240, 360]);
  assert.deepEqual(listTimeTicks(0), [0, 60]);
  assert.ok(listTimeTicks(900_000).length <= 5);
});

test("labels fit their axis, and the last day has one", () => {
  assert.deepEqual(chooseLabels(7, 700), [0, 1, 2, 3, 4, 5, 6]);
  const few = chooseLabels(90, 300);
  assert.ok(few.length <= 4 && few.at(-1) === 89);
});

test("a line breaks where a day has no value", () => {
  assert.deepEqual(splitLine([null, 1, 2, null, null, 3]), [[1, 2], [5]]);
  assert.deepEqual(splitLine([null, null]), []);
});

test("keys move day by day, by weeks and to the ends", () => {
  assert.deepEqual(["ArrowLeft", "ArrowRight", "PageDown", "Home", "End", "a"].map((key) => moveIndex(key, 3, 30)), [2, 4, 0, 0, 29, null]);
});
