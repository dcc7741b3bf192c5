import assert from "node:assert/strict";
import { test } from "node:test";
import { formatStamp, readLrc, removeTimes, writeLrc } from "../../../functions/api/studio/js/lib/lrc.js";

const word = (text, start_sec, end_sec) => ({ text, start_sec, end_sec, how: "given" });

test("a time has minutes, seconds and hundredths, and never sixty seconds", () => {
  assert.deepEqual([0, 12.5, 59.996, 61.234, 3725.1].map(formatStamp), ["00:00.00", "00:12.50", "01:00.00", "01:01.23", "62:05.10"]);
});

test("words keep their times when they are written and read", () => {
  const lines = [
    { words: [word("one", 1, 1.4), word("two", 1.4, 2), word("three", 2.5, 3)] },
    { words: [word("नमस्ते", 4, 4.25)] },
  ];
  const text = writeLrc(lines);
  assert.equal(text, "[00:01.00]<00:01.00>one <00:01.40>two <00:02.00> <00:02.50>three <00:03.00>\n[00:04.00]<00:04.00>नमस्ते <00:04.25>");
  assert.deepEqual(readLrc(text), lines);
});

test("a word without an end lasts until the next one, and the last one not for ever", () => {
  const [first, second] = readLrc("[00:01.00]<00:01.00>a <00:02.00>b\n[00:09.00]<00:09.00>c");
  assert.deepEqual(first.words.map(({ end_sec }) => end_sec), [2, 3.5]);
  assert.equal(second.words[0].end_sec, 10.5);
});

test("lyrics in which a word has no time of its own are no such lyrics", () => {
  for (const text of ["", "plain words", "[00:01.00]a line", "[00:01.00]<00:01.00>two words", "[00:01.00]<00:01.00>a\nplain"]) assert.equal(readLrc(text), null, text);
  assert.equal(readLrc("[ti:A song]\n\n[00:01.00]<00:01.00>a").length, 1);
});

test("the words alone are what the times stand in", () => {
  assert.equal(removeTimes("[ti:A song]\n[00:01.00]<00:01.00>one <00:01.40>two <00:02.00>\n[00:04.00]three"), "one two\nthree");
});
