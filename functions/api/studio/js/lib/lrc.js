/**
 * Lyrics with a time for each word, as LRC: `[00:12.50]<00:12.50>word <00:13.00>word <00:13.40>`. A stamp without a word is
 * the end of the word before it. Pure.
 *
 * @typedef {{text: string, start_sec: number, end_sec: number, how?: string, confidence?: number}} Word
 * @typedef {{words: Word[]}} Line
 */

const LINE = /^((?:\[\d+:\d{1,2}(?:[.:]\d{1,3})?\])+)(.*)$/;
const STAMP = /<(\d+):(\d{1,2}(?:\.\d{1,3})?)>/;
const TAG = /^\[[a-z#]+:.*\]$/i;
/** A shown word lasts at least this long, in seconds. */
export const SHORTEST_SEC = 0.05;
/** Seconds that a word without an end in the file lasts at most. */
const LONGEST_SEC = 1.5;

/** Return a time as LRC has it: "01:02.30". */
export function formatStamp(seconds) {
  const hundredths = Math.max(0, Math.round(seconds * 100));
  const [minutes, rest] = [Math.floor(hundredths / 6000), hundredths % 6000];
  return `${pad(minutes)}:${pad(Math.floor(rest / 100))}.${pad(rest % 100)}`;
}

function pad(number) {
  return String(number).padStart(2, "0");
}

/** Return the text of lines whose words all have times. @param {Line[]} lines */
export function writeLrc(lines) {
  return lines.filter(({ words }) => words.length).map(writeLine).join("\n");
}

function writeLine({ words }) {
  const parts = words.map((word, index) => {
    const next = words[index + 1];
    const end = formatStamp(word.end_sec);
    const isTouching = next && formatStamp(next.start_sec) === end;
    return `<${formatStamp(word.start_sec)}>${word.text}${isTouching ? "" : ` <${end}>`}`;
  });
  return `[${formatStamp(words[0].start_sec)}]${parts.join(" ")}`;
}

/**
 * Return the lines of a text; null unless each of its words has a time of its own.
 * @param {string} text
 * @returns {Line[] | null}
 */
export function readLrc(text) {
  const rows = text.split(/\r?\n/).map((row) => row.trim()).filter((row) => row && !TAG.test(row));
  const lines = rows.map(readRow);
  if (!lines.length || lines.includes(null)) return null;
  lines.sort((one, other) => one.words[0].start_sec - other.words[0].start_sec);
  lines.forEach((line, index) => closeWords(line.words, lines[index + 1]?.words[0].start_sec ?? Infinity));
  return lines;
}

function readRow(row) {
  const match = LINE.exec(row);
  const content = (match ? match[2] : row).trim();
  const [before, ...pieces] = content.split(new RegExp(STAMP.source, "g"));
  if (before.trim() || !pieces.length) return null;
  const words = [];
  for (let at = 0; at < pieces.length; at += 3) {
    const seconds = Number(pieces[at]) * 60 + Number(pieces[at + 1]);
    const spoken = pieces[at + 2].trim();
    const last = words.at(-1);
    if (last && last.end_sec === null) last.end_sec = Math.max(seconds, last.start_sec);
    if (/\s/.test(spoken)) return null; // two words with one time
    if (spoken) words.push({ text: spoken, start_sec: seconds, end_sec: null, how: "given" });
  }
  return words.length ? { words } : null;
}

function closeWords(words, limit) {
  for (const word of words) {
    if (word.end_sec === null) word.end_sec = Math.min(word.start_sec + LONGEST_SEC, Math.max(limit, word.start_sec + SHORTEST_SEC));
  }
}

/** Return the words of a text without their times, a line of the lyrics a line. */
export function removeTimes(text) {
  const rows = text.split(/\r?\n/).filter((row) => !TAG.test(row.trim()));
  return rows.map((row) => row.replace(/\[\d+:\d{1,2}(?:[.:]\d{1,3})?\]/g, "").replace(new RegExp(`${STAMP.source}`, "g"), "").replace(/ {2,}/g, " ").trim()).join("\n").trim();
}
