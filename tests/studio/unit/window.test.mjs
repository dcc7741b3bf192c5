import assert from "node:assert/strict";
import { test } from "node:test";
import { countColumns, findWindow, mergeEntries, stepWindow } from "../../../functions/api/studio/js/lib/window.js";

test("as many columns as fit, and always one", () => {
  assert.equal(countColumns(968, 240, 16), 3);
  assert.equal(countColumns(240, 240, 16), 1);
  assert.equal(countColumns(0, 240, 16), 1);
});

test("only the rows near the window are drawn, wherever it is", () => {
  for (let top = -2000; top < 120000; top += 137) {
    const view = { count: 1000, columns: 3, rowHeight: 320, top, height: 900, extra: 2 };
    const { first, end, total } = findWindow(view);
    assert.ok(first % 3 === 0 && first >= 0 && end <= 1000 && first <= end);
    assert.ok(end - first <= 3 * 9, `${end - first} cards at ${top}`);
    assert.equal(total, 334 * 320);
    const seen = Array.from({ length: 1000 }, (_, index) => Math.floor(index / 3) * 320).filter((y) => y + 320 > top && y < top + 900);
    if (seen.length) assert.ok((first / 3) * 320 <= Math.min(...seen) && (end === 1000 || (end / 3) * 320 >= Math.max(...seen) + 320));
  }
});

test("an empty list draws nothing", () => {
  assert.deepEqual(findWindow({ count: 0, columns: 3, rowHeight: 320, top: 0, height: 900, extra: 2 }), { first: 0, end: 0, total: 0 });
});

test("fresh entries replace the known ones and newer ones come first", () => {
  const known = [{ job_id: "b", created_at: "2", state: "running" }, { job_id: "a", created_at: "1", state: "success" }];
  const fresh = [{ job_id: "c", created_at: "3", state: "pending" }, { job_id: "b", created_at: "2", state: "success" }];
  assert.deepEqual(mergeEntries(known, fresh).map(({ job_id, state }) => `${job_id} ${state}`), ["c pending", "b success", "a success"]);
});

test("a frame adds one card at most, and never leaves a gap in what is seen", () => {
  let drawn = { first: 0, end: 15 };
  for (const row of [0, 1, 2, 3, 4, 5, 6, 40, 39, 38, 37, 3]) {
    const seen = { first: row * 3, end: (row + 4) * 3 };
    const wanted = { first: Math.max(0, row - 2) * 3, end: (row + 6) * 3 };
    for (let frame = 0; frame < 8; frame++) {
      const before = drawn;
      drawn = stepWindow(before, wanted, seen);
      assert.ok(drawn.first <= seen.first && drawn.end >= seen.end);
      const added = Math.max(0, drawn.end - Math.max(before.end, drawn.first)) + Math.max(0, Math.min(before.first, drawn.end) - drawn.first);
      const hadGap = before.first > seen.first || before.end < seen.end;
      assert.ok(hadGap || added <= 1, `${added} cards in one frame`);
    }
  }
  for (let frame = 0; frame < 100; frame++) drawn = stepWindow(drawn, { first: 3, end: 27 }, { first: 9, end: 21 });
  assert.deepEqual(drawn, { first: 3, end: 27 });
});
