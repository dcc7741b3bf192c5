import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseFrameWidth, makeFrameCall, readFrameFacts } from "../../../functions/api/studio/js/lib/frame_call.js";

test("a frame of the job's own plan is a GET, which the browser and the server keep", () => {
  assert.deepEqual(makeFrameCall({ jobId: "job 1", scene: 0, at: null, width: 640, language: null }), {
    method: "GET",
    path: "/render/job%201/frame?scene=0&width=640",
  });
  assert.deepEqual(makeFrameCall({ jobId: "j" }), { method: "GET", path: "/render/j/frame" });
});

test("a change of the plan is a POST, and a whole plan comes before a change", () => {
  const patch = { title: "x" };
  assert.deepEqual(makeFrameCall({ jobId: "j", scene: 1, at: 0, patch }), {
    method: "POST",
    path: "/render/j/frame",
    body: { scene: 1, at: 0, patch },
  });
  assert.deepEqual(makeFrameCall({ jobId: "j", patch, plan: { scenes: [] } }).body, { plan: { scenes: [] } });
});

test("a plan that is no job yet has frames too", () => {
  assert.equal(makeFrameCall({ jobId: null, scene: 0, plan: { scenes: [] } }).path, "/plan/frame");
});

test("the headers tell the time and what is missing", () => {
  const headers = new Headers({ "Frame-Number": "30", "Frame-Time": "1.000", "Frame-Scene": "0", "Scene-Start": "0.000", "Scene-End": "4.033", "Video-Length": "9.5", "Frame-Missing": "scene-00-image, scene-11-narration" });
  assert.deepEqual(readFrameFacts(headers), {
    number: 30,
    time: 1,
    scene: 0,
    start: 0,
    end: 4.033,
    length: 9.5,
    missing: [{ scene: 0, role: "image" }, { scene: 11, role: "narration" }],
  });
  assert.deepEqual(readFrameFacts(new Headers()).missing, []);
});

test("a few widths serve all screens", () => {
  assert.deepEqual([1, 320, 321, 900, 5000].map(chooseFrameWidth), [320, 320, 640, 960, 1920]);
});
