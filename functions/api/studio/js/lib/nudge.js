/**
 * Move words, lines, or all lyrics in time; words never overlap and stay in their order. Pure.
 *
 * @typedef {import("./lrc.js").Line} Line
 * @typedef {"word" | "start" | "end" | "line" | "all"} Part what moves
 */
import { SHORTEST_SEC } from "./lrc.js";
import { clamp } from "./waveform.js";

/**
 * Return the lines with `part` of a word moved by `seconds`, as far as its neighbours and the song let it. A word that is
 * moved, or made longer, takes time from the word beside it, which keeps the shortest length.
 * @param {Line[]} lines
 * @param {{line: number, word: number}} place of the word
 * @param {Part} part
 * @param {number} seconds
 * @param {number} duration of the song
 * @returns {{lines: Line[], moved: number}} `moved`: the seconds that it moved
 */
export function nudge(lines, place, part, seconds, duration) {
  const { low, high } = findLimits(lines, place, part, duration);
  const moved = roundTime(clamp(seconds, low, high));
  if (!moved) return { lines, moved: 0 };
  const next = lines.map((line, index) => moveLine(line, index, place, part, moved));
  return { lines: part === "line" || part === "all" ? next : trimNeighbours(next, place), moved };
}

/** End the word before, and begin the word after, where the word at `place` stands. */
function trimNeighbours(lines, place) {
  const { start_sec: start, end_sec: end } = lines[place.line].words[place.word];
  const [before, after] = [findNeighbour(lines, place, -1), findNeighbour(lines, place, 1)];
  return lines.map((line, index) => ({
    ...line,
    words: line.words.map((word, at) => {
      if (index === place.line && at === place.word) return word;
      if (index === before.line && at === before.word && word.end_sec > start) return { ...word, end_sec: start };
      if (index === after.line && at === after.word && word.start_sec < end) return { ...word, start_sec: end };
      return word;
    }),
  }));
}

function moveLine(line, index, place, part, moved) {
  if (part === "all") return { ...line, words: line.words.map((word) => shift(word, moved)) };
  if (index !== place.line) return line;
  if (part === "line") return { ...line, words: line.words.map((word) => shift(word, moved)) };
  return { ...line, words: line.words.map((word, at) => (at === place.word ? moveWord(word, part, moved) : word)) };
}

function moveWord(word, part, moved) {
  if (part === "start") return { ...word, start_sec: roundTime(word.start_sec + moved), ...BY_HAND };
  if (part === "end") return { ...word, end_sec: roundTime(word.end_sec + moved), ...BY_HAND };
  return { ...shift(word, moved), ...BY_HAND };
}

/** What the reader has placed is sure. */
const BY_HAND = { how: "hand", confidence: 1 };

function shift(word, moved) {
  return { ...word, start_sec: roundTime(word.start_sec + moved), end_sec: roundTime(word.end_sec + moved) };
}

/** How far `part` may move back and on, in seconds. */
function findLimits(lines, place, part, duration) {
  const { words } = lines[place.line];
  const word = words[place.word];
  const [first, last] = part === "all" ? [lines[0].words[0], lines.at(-1).words.at(-1)] : part === "line" ? [words[0], words.at(-1)] : [word, word];
  const before = part === "all" ? 0 : findBefore(lines, place, part);
  const after = part === "all" ? duration : findAfterEnd(lines, place, part, duration);
  const shortest = SHORTEST_SEC;
  if (part === "start") return order(before - word.start_sec, word.end_sec - shortest - word.start_sec);
  if (part === "end") return order(word.start_sec + shortest - word.end_sec, after - word.end_sec);
  return order(before - first.start_sec, after - last.end_sec);
}

/** Words that overlap already may move apart, and no further into each other. */
function order(low, high) {
  return { low: Math.min(low, 0), high: Math.max(high, 0) };
}

function findBefore(lines, { line, word }, part) {
  if (part === "line") return lines[line - 1]?.words.at(-1).end_sec ?? 0;
  const before = lines[line].words[word - 1] ?? lines[line - 1]?.words.at(-1);
  return before ? before.start_sec + SHORTEST_SEC : 0;
}

function findAfterEnd(lines, { line, word }, part, duration) {
  if (part === "line") return lines[line + 1]?.words[0].start_sec ?? duration;
  const after = lines[line].words[word + 1] ?? lines[line + 1]?.words[0];
  return after ? after.end_sec - SHORTEST_SEC : duration;
}

/** Return a time to the hundredth of a second, as LRC has it. */
export function roundTime(seconds) {
  return Math.round(seconds * 100) / 100;
}

/** Return the place of the next word in a direction, 1 or -1; the same place at the ends. */
export function findNeighbour(lines, { line, word }, direction) {
  const at = word + direction;
  if (lines[line].words[at]) return { line, word: at };
  const next = lines[line + direction];
  if (!next) return { line, word };
  return { line: line + direction, word: direction > 0 ? 0 : next.words.length - 1 };
}

/** Return the place of the word that is sung at `seconds`, or null. */
export function findSung(lines, seconds) {
  for (const [line, { words }] of lines.entries()) {
    const word = words.findIndex((one) => one.start_sec <= seconds && seconds < one.end_sec);
    if (word >= 0) return { line, word };
  }
  return null;
}

/**
 * Return how sure a word's time is: "hand", "given" in the lyrics, "sure", "fair", "unsure", or "guess" if
 * it is not heard at all. */
export function rateWord({ how, confidence }) {
  if (how === "hand" || how === "given") return how;
  if (how === "beats" || how === "estimate") return "guess";
  if (confidence === undefined || confidence === null || confidence >= 0.7) return "sure";
  return confidence >= 0.4 ? "fair" : "unsure";
}

/** Return found lines with times to the hundredth of a second; empty lines are left out. @param {Line[]} lines */
export function roundTimes(lines) {
  return lines.filter(({ words }) => words.length).map(({ words }) => ({
    words: words.map((word) => ({ ...word, start_sec: roundTime(word.start_sec), end_sec: roundTime(Math.max(word.end_sec, word.start_sec + SHORTEST_SEC)) })),
  }));
}
