import assert from "node:assert/strict";
import { test } from "node:test";
import { isPlanFile, parsePlan, writePlan } from "../../../functions/api/studio/js/lib/plan_file.js";

test("a written plan is read again, also after an editor of Windows", () => {
  const plan = { topic: "चाय", scenes: [{ narration: "Tea" }] };
  assert.deepEqual(parsePlan(writePlan(plan)), plan);
  assert.deepEqual(parsePlan(`\uFEFF${writePlan(plan)}`), plan);
});

test("what is no plan is refused before it reaches the form", () => {
  for (const text of ["", "tea", "[]", "null", '"tea"', '{"scenes": {}}', '{"scenes": ["tea"]}', '{"scenes": [null]}']) assert.throws(() => parsePlan(text), SyntaxError);
});

test("a plan is known by its kind or by its name", () => {
  assert.ok(isPlanFile({ name: "plan.JSON", type: "" }) && isPlanFile({ name: "plan", type: "application/json" }));
  assert.ok(!isPlanFile({ name: "json.jpg", type: "image/jpeg" }));
});
