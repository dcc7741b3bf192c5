import assert from "node:assert/strict";
import { test } from "node:test";
import { fillText } from "../../../functions/api/studio/js/lib/fill_text.js";

test("placeholders become text, and numbers are written as the language writes them", () => {
  assert.equal(fillText("{name} has {count} of {all}", { name: "<b>Asha</b>", count: 1, all: 123456 }, "hi"), "<b>Asha</b> has 1 of 1,23,456");
  assert.equal(fillText("{name} and {other}", { name: "a" }, "en"), "a and {other}");
});

test("the count chooses the plural form", () => {
  const text = { one: "{count} scene", other: "{count} scenes" };
  assert.deepEqual([0, 1, 2].map((count) => fillText(text, { count }, "en")), ["0 scenes", "1 scene", "2 scenes"]);
  assert.equal(fillText(text, { count: 0 }, "hi"), "0 scene"); // Hindi says zero in the singular (CLDR)
});
