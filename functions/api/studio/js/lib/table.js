/** Read a table as a person pastes or drops it, to show how it was understood; the server reads it again. Pure. */

/** A variable as a plan has it. */
export const VARIABLE = "{{name}}";
const DELIMITERS = [",", ";", "\t", "|"];
const MOST_SHOWN = 5;

/**
 * Return what a text has: rows with a heading (CSV with any delimiter), or one JSON object a line, or a JSON list.
 * @param {string} text
 * @returns {{kind: "empty" | "csv" | "jsonl" | "rows" | "wrong", columns: string[], rows: string[][], count: number, list?: object[]}}
 *   `rows`: the first few, as texts; `count`: of all; `list`: the objects of a JSON list
 */
export function readTable(text) {
  const clean = text.replace(/^\uFEFF/, "").trim();
  if (!clean) return { kind: "empty", columns: [], rows: [], count: 0 };
  if (clean.startsWith("[")) return readList(clean);
  if (clean.startsWith("{")) return readLines(clean);
  return readCsv(clean);
}

function readList(text) {
  const list = parse(text);
  if (!Array.isArray(list) || !list.every(isObject)) return { kind: "wrong", columns: [], rows: [], count: 0 };
  return { kind: "rows", ...showObjects(list), list };
}

function readLines(text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  const first = lines.slice(0, MOST_SHOWN).map(parse);
  if (!first.every(isObject)) return { kind: "wrong", columns: [], rows: [], count: 0 };
  return { kind: "jsonl", ...showObjects(first), count: lines.length };
}

function showObjects(objects) {
  const columns = [...new Set(objects.slice(0, MOST_SHOWN).flatMap((one) => Object.keys(one)))];
  const show = (value) => (value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
  return { columns, rows: objects.slice(0, MOST_SHOWN).map((one) => columns.map((name) => show(one[name]))), count: objects.length };
}

function readCsv(text) {
  const delimiter = findDelimiter(text);
  const records = splitRecords(text, delimiter).filter((cells) => cells.some((cell) => cell.trim()));
  const [columns = [], ...rows] = records;
  return { kind: "csv", columns: columns.map((name) => name.trim()), rows: rows.slice(0, MOST_SHOWN), count: rows.length };
}

/** Return the delimiter that the heading has most of. */
function findDelimiter(text) {
  const heading = text.slice(0, text.search(/\r?\n|$/)).replace(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((one) => heading.split(one).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))];
}

/** Return the cells of each record; quoted cells may have delimiters, line breaks and doubled quotes in them. */
function splitRecords(text, delimiter) {
  const records = [];
  let [cells, cell, isQuoted] = [[], "", false];
  for (let index = 0; index <= text.length; index++) {
    const letter = text[index] ?? "\n";
    if (isQuoted && index < text.length) {
      if (letter !== '"') cell += letter;
      else if (text[index + 1] === '"') cell += text[++index];
      else isQuoted = false;
    } else if (letter === '"' && !cell) isQuoted = true;
    else if (letter === delimiter) [cells, cell] = [[...cells, cell], ""];
    else if (letter === "\n") {
      records.push([...cells, cell.replace(/\r$/, "")]);
      [cells, cell] = [[], ""];
    } else cell += letter;
  }
  return records;
}

/** Return the names of the variables in a plan: {{name}} in any text, and {"$": "name"} in place of any value. */
export function findVariables(plan) {
  const names = new Set();
  const visit = (value) => {
    if (typeof value === "string") for (const [, name] of value.matchAll(/\{\{\s*([^{}]+?)\s*\}\}/g)) names.add(name);
    else if (Array.isArray(value)) value.forEach(visit);
    else if (isObject(value)) {
      if (typeof value.$ === "string") names.add(value.$);
      Object.values(value).forEach(visit);
    }
  };
  visit(plan);
  return [...names];
}

/** Return the part of a request that has the table. @param {string} text */
export function makeTable(text) {
  const { kind, list } = readTable(text);
  const clean = text.replace(/^\uFEFF/, "");
  return kind === "rows" ? { rows: list } : { [kind === "jsonl" ? "jsonl" : "csv"]: clean };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
