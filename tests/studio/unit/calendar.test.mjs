import assert from "node:assert/strict";
import { test } from "node:test";
import { addMonths, groupByDay, listWeeks, moveToDay, nameDay } from "../../../functions/api/studio/js/lib/calendar.js";

test("the weeks of a month hold each of its days once, from the first weekday on", () => {
  for (let month = "2024-01"; month < "2030-01"; month = addMonths(month, 1)) {
    for (const first of [0, 1, 6]) {
      const days = listWeeks(month, first).flat();
      assert.equal(days.length % 7, 0);
      assert.equal(new Date(`${days[0].day}T12:00`).getDay(), first);
      const own = days.filter(({ inMonth }) => inMonth).map(({ day }) => day);
      assert.equal(new Set(own).size, new Date(Number(month.slice(0, 4)), Number(month.slice(5)), 0).getDate());
      assert.ok(own.every((day) => day.startsWith(month)));
    }
  }
});

test("months go over the ends of years", () => {
  assert.equal(addMonths("2026-12", 1), "2027-01");
  assert.equal(addMonths("2026-01", -1), "2025-12");
});

test("a publication moves to another day at the same hour", () => {
  const time = new Date(2026, 10, 28, 18, 5).toISOString();
  assert.equal(moveToDay(time, "2026-12-03"), "2026-12-03T18:05");
  assert.equal(nameDay(new Date(time)), "2026-11-28");
  assert.deepEqual([...groupByDay([{ publish_at: time, id: "a" }]).keys()], ["2026-11-28"]);
});
