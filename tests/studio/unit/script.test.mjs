import assert from "node:assert/strict";
import { test } from "node:test";
import { splitNarrations } from "../../../functions/api/studio/js/lib/script.js";

const count = (text) => text.split(/\s+/).filter(Boolean).length;
const sentence = (words, end) => `${Array(words).fill("word").join(" ")}${end}`;

test("a paragraph is a scene, with its lines joined", () => {
  assert.deepEqual(splitNarrations("One\nline.\r\n\r\n \n\nTwo.\n"), ["One line.", "Two."]);
  assert.deepEqual(splitNarrations(" \n\n "), []);
});

test("a long paragraph becomes scenes of about equal length that end with a sentence", () => {
  const parts = splitNarrations([sentence(15, "."), sentence(15, "।"), sentence(15, "?"), sentence(15, "!”")].join(" "));
  assert.deepEqual(parts.map(count), [30, 30]);
  assert.deepEqual(parts.map((part) => part.slice(-1)), ["।", "”"]);
});

test("no word is lost or moved, however the sentences end", () => {
  for (const ends of [[".", "!", "?"], ["।", "॥", "…"], ["", "", "..."], [".” ", "?)", "."]]) {
    for (let size = 1; size < 60; size += 7) {
      const text = [...Array(9).keys()].map((index) => `${index} ${sentence(size, ends[index % 3])}`).join(" ").trim();
      assert.equal(splitNarrations(text).join(" ").replace(/\s+/g, " "), text.replace(/\s+/g, " "));
    }
  }
});
