import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOthers, changeSpoken, listChoices, listOthers, nameLanguage, SPOKEN } from "../../../functions/api/studio/js/lib/languages.js";

test("every language has a name in the languages of the page", () => {
  assert.equal(nameLanguage("ta", "en"), "Tamil");
  assert.equal(nameLanguage("ta", "hi"), "तमिल");
  for (const reader of ["en", "hi"]) assert.ok(SPOKEN.every((tag) => nameLanguage(tag, reader) !== tag));
  const names = listChoices("en").map(([, name]) => name);
  assert.deepEqual(names, [...names].sort());
});

test("the spoken language is the first of a plan's languages", () => {
  const plan = { language: null, languages: null, ...changeOthers({ language: null }, ["ta"], "en") };
  assert.deepEqual([plan.language, plan.languages, listOthers(plan)], ["en", ["en", "ta"], ["ta"]]);
  assert.deepEqual(changeSpoken(plan, "hi"), { language: "hi", languages: ["hi", "ta"] });
  assert.deepEqual(changeSpoken(plan, "ta"), { language: "ta", languages: null });
  assert.deepEqual(changeSpoken({ language: "en" }, ""), { language: null, languages: null });
  assert.deepEqual(changeOthers(plan, [], "en"), { languages: null, language_output: null });
});
