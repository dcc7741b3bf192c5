import assert from "node:assert/strict";
import { test } from "node:test";
import { countColumns, findWindow, mergeEntries } from "../../../functions/api/studio/js/lib/window.js";

test("as many columns as fit, and always one", () => {
  assert.equal(countColumns(968, 240, 16), 3);
  assert.equal(countColumns(240, 240, 16), 1);
  assert.equal(countColumns(0, 240, 16), 1);
});

test("only the rows near the window are drawn, wherever it is", () => {
  for (let top = -2000; top < 120000; top += 137) {
    const view = { count: 1000, columns: 3, rowHeight: 320, top, height: 900, extra: 2 };
    const { first, end, offset, total } = findWindow(view);
    assert.ok(first % 3 === 0 && first >= 0 && end <= 1000 && first <= end);
    assert.ok(end - first <= 3 * 9, `${end - first} cards at ${top}`);
    assert.equal(offset, (first / 3) * 320);
    assert.equal(total, 334 * 320);
    const seen = Array.from({ length: 1000 }, (_, index) => Math.floor(index / 3) * 320).filter((y) => y + 320 > top && y < top + 900);
    if (seen.length) assert.ok(offset <= Math.min(...seen) && (end === 1000 || (end / 3) * 320 >= Math.max(...seen) + 320));
  }
});

test("an empty list draws nothing", () => {
  assert.deepEqual(findWindow({ count: 0, columns: 3, rowHeight: 320, top: 0, height: 900, extra: 2 }), { first: 0, end: 0, offset: 0, total: 0 });
});

test("fresh entries replace the known ones and newer ones come first", () => {
  const known = [{ job_id: "b", created_at: "2", state: "running" }, { job_id: "a", created_at: "1", state: "success" }];
  const fresh = [{ job_id: "c", created_at: "3", state: "pending" }, { job_id: "b", created_at: "2", state: "success" }];
  assert.deepEqual(mergeEntries(known, fresh).map(({ job_id, state }) => `${job_id} ${state}`), ["c pending", "b success", "a success"]);
});
