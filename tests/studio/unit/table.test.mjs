import assert from "node:assert/strict";
import { test } from "node:test";
import { findVariables, makeTable, readTable } from "../../../functions/api/studio/js/lib/table.js";

test("CSV with any delimiter, quotes and line breaks in cells is read", () => {
  const cells = [["a, b", 'say "hi"'], ["two\nlines", ""]];
  for (const delimiter of [",", ";", "\t", "|"]) {
    const quote = (cell) => `"${cell.replaceAll('"', '""')}"`;
    const text = `\uFEFFname${delimiter} words \r\n${cells.map((row) => row.map(quote).join(delimiter)).join("\r\n")}\r\n\r\n`;
    assert.deepEqual(readTable(text), { kind: "csv", columns: ["name", "words"], rows: cells, count: 2 }, JSON.stringify(delimiter));
  }
  assert.deepEqual(readTable('city\n"an open quote\n').rows, [["an open quote"]]);
  assert.deepEqual(readTable("city\n=1+1\n").rows, [["=1+1"]]);
});

test("JSON lines and lists are read", () => {
  const lines = readTable('{"city": "Pune", "n": 3}\n\n{"city": "Agra", "tags": ["a"]}');
  assert.deepEqual(lines, { kind: "jsonl", columns: ["city", "n", "tags"], rows: [["Pune", "3", ""], ["Agra", "", '["a"]']], count: 2 });
  const list = readTable('[{"city": "Pune"}]');
  assert.deepEqual([list.kind, list.rows, list.count], ["rows", [["Pune"]], 1]);
  for (const wrong of ["[1]", "{oops", '{"a": 1']) assert.equal(readTable(wrong).kind, "wrong", wrong);
  assert.equal(readTable(" \n").kind, "empty");
});

test("only the first rows are kept to be shown", () => {
  const table = readTable(`n\n${Array.from({ length: 1000 }, (_, index) => index).join("\n")}`);
  assert.deepEqual([table.count, table.rows.length], [1000, 5]);
});

test("the table is sent in the form in which it came", () => {
  assert.deepEqual(makeTable("\uFEFFcity\nPune"), { csv: "city\nPune" });
  assert.deepEqual(makeTable('{"city": "Pune"}'), { jsonl: '{"city": "Pune"}' });
  assert.deepEqual(makeTable('[{"city": "Pune"}]'), { rows: [{ city: "Pune" }] });
});

test("variables are found in any text, and in place of any value", () => {
  const plan = { title: "{{ city }} and {{day}}", length_sec: { $: "seconds" }, scenes: [{ narration: "{{city}}: {no} {{}}" }] };
  assert.deepEqual(findVariables(plan), ["city", "day", "seconds"]);
});
