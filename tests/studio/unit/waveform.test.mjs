import assert from "node:assert/strict";
import { test } from "node:test";
import { drawBars, drawTicks, findPeaks, makeBars, snap, stepTo } from "../../../functions/api/studio/js/lib/waveform.js";

test("bars show the loudest peak of their part, relative to the loudest of all", () => {
  assert.deepEqual(makeBars([0.1, 0.5, 0.25, 0], 4, 0, 4, 2), [1, 0.5]);
  assert.deepEqual(makeBars([0.1, 0.5, 0.25, 0], 4, 3, 4, 1), [0.02]);
  assert.deepEqual(makeBars([], 4, 0, 4, 2), [0.02, 0.02]);
});

test("a view closer than the peaks has values between them, and nothing is drawn past the end", () => {
  const bars = makeBars([0, 1], 2, 0.5, 1.5, 2);
  assert.ok(bars[0] > 0.02 && bars[0] < bars[1] && bars[1] <= 1);
  assert.deepEqual(makeBars([1, 1], 2, 2, 4, 2), [0.02, 0.02]);
});

test("paths stand in their drawing", () => {
  assert.equal(drawBars([1, 0.5], 10, 20), "M2.5 0v20M7.5 5v10");
  assert.equal(drawBars([1, 0.5], 10, 20, 1), "M7.5 5v10");
  assert.equal(drawTicks([1, 2], 4, 100, 8), "M25 0v8M50 0v8");
});

test("a time snaps to a beat that is near", () => {
  const beats = [1, 2, 3];
  assert.deepEqual([snap(1.9, beats, 0.2), snap(1.5, beats, 0.2), snap(9, beats, 0.2), snap(0, [], 1)], [2, 1.5, 9, 0]);
});

test("a key goes from beat to beat, and by seconds where there is none", () => {
  const beats = [1, 2, 3];
  assert.deepEqual([stepTo(1, beats, 1, 1), stepTo(2.5, beats, -1, 1), stepTo(3, beats, 1, 1), stepTo(50, beats, -1, 1)], [2, 2, 4, 49]);
});

test("peaks are the loudest samples of each part of a second", () => {
  assert.deepEqual([...findPeaks(new Float32Array([0, -0.5, 0.25, 0.125, 1]), 4, 2)], [0.5, 0.25, 1]);
});
