import assert from "node:assert/strict";
import { test } from "node:test";
import { findNeighbour, findSung, nudge, rateWord, roundTimes } from "../../../functions/api/studio/js/lib/nudge.js";

const word = (text, start_sec, end_sec) => ({ text, start_sec, end_sec });
const LINES = [{ words: [word("a", 1, 1.5), word("b", 1.5, 2), word("c", 3, 4)] }, { words: [word("d", 5, 6), word("e", 6, 7)] }];
const times = (lines) => lines.flatMap(({ words }) => words.map(({ start_sec, end_sec }) => [start_sec, end_sec]));

test("a word moves as far as its neighbours let it, and takes time from the one that it touches", () => {
  assert.deepEqual(times(nudge(LINES, { line: 0, word: 2 }, "word", -0.4, 10).lines)[2], [2.6, 3.6]);
  assert.deepEqual(times(nudge(LINES, { line: 0, word: 1 }, "word", -0.1, 10).lines).slice(0, 2), [[1, 1.4], [1.4, 1.9]]);
  assert.deepEqual(times(nudge(LINES, { line: 0, word: 2 }, "word", -5, 10).lines).slice(1, 3), [[1.5, 1.55], [1.55, 2.55]]);
  assert.deepEqual(times(nudge(LINES, { line: 1, word: 0 }, "end", 0.3, 10).lines).slice(3), [[5, 6.3], [6.3, 7]]);
  assert.equal(nudge(LINES, { line: 0, word: 0 }, "word", -5, 10).moved, -1);
});

test("a start and an end move alone, and a word never gets shorter than it can be seen", () => {
  assert.deepEqual(times(nudge(LINES, { line: 0, word: 0 }, "end", -9, 10).lines)[0], [1, 1.05]);
  assert.deepEqual(times(nudge(LINES, { line: 1, word: 1 }, "start", 9, 10).lines)[4], [6.95, 7]);
  assert.deepEqual(times(nudge(LINES, { line: 1, word: 1 }, "end", 9, 10).lines)[4], [6, 10]);
});

test("a line moves between its neighbours, and all words inside the song", () => {
  assert.equal(nudge(LINES, { line: 1, word: 0 }, "line", -3, 10).moved, -1);
  assert.equal(nudge(LINES, { line: 0, word: 1 }, "all", -3, 10).moved, -1);
  assert.equal(nudge(LINES, { line: 0, word: 1 }, "all", 9, 10).moved, 3);
});

test("whatever is moved, words stay in order, inside the song, and do not overlap", () => {
  let [lines, seed] = [LINES, 1];
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let count = 0; count < 2000; count++) {
    const line = Math.floor(random() * 2);
    const part = ["word", "start", "end", "line", "all"][Math.floor(random() * 5)];
    lines = nudge(lines, { line, word: Math.floor(random() * lines[line].words.length) }, part, (random() - 0.5) * 4, 10).lines;
    const flat = times(lines).flat();
    assert.ok(flat.every((one, index) => one >= (flat[index - 1] ?? 0) && one <= 10), JSON.stringify([part, flat]));
  }
});

test("words that overlap in their file do not when one of them was moved", () => {
  const lines = [{ words: [word("a", 1, 2), word("b", 1.5, 3)] }];
  assert.deepEqual(times(nudge(lines, { line: 0, word: 1 }, "word", 0.1, 10).lines), [[1, 1.6], [1.6, 3.1]]);
});

test("the word that is sung, and the next word, are found across lines", () => {
  assert.deepEqual(findSung(LINES, 1.5), { line: 0, word: 1 });
  assert.equal(findSung(LINES, 2.5), null);
  assert.deepEqual(findNeighbour(LINES, { line: 0, word: 2 }, 1), { line: 1, word: 0 });
  assert.deepEqual(findNeighbour(LINES, { line: 1, word: 0 }, -1), { line: 0, word: 2 });
  assert.deepEqual(findNeighbour(LINES, { line: 1, word: 1 }, 1), { line: 1, word: 1 });
});

test("a word says how sure its time is, and one that was moved is sure", () => {
  assert.equal(rateWord({ how: "speech", confidence: 0.9 }), "sure");
  assert.equal(rateWord({ how: "speech", confidence: 0.5 }), "fair");
  assert.equal(rateWord({ how: "speech", confidence: 0.1 }), "unsure");
  assert.equal(rateWord({ how: "beats", confidence: 0.9 }), "guess");
  assert.equal(rateWord(nudge(LINES, { line: 0, word: 2 }, "word", 0.1, 10).lines[0].words[2]), "hand");
});

test("times are as exact as LRC is", () => {
  const [{ words }] = roundTimes([{ words: [word("a", 1.2345, 1.2345)] }, { words: [] }]);
  assert.deepEqual([words[0].start_sec, words[0].end_sec], [1.23, 1.28]);
});
