/** The table of a batch: paste it, drop it, or choose a file. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { TextArea } from "../../ui/field.js";
import { Section } from "../../ui/section.js";

const readText = async (file) => (await import("../../lib/decode_text.js")).decodeText(await file.arrayBuffer());
/** A longer text is kept, but a field with all of it would be slow. */
const MOST_SHOWN_CHARS = 200_000;

/** @param {{text: string, table: object, variables: string[], onChange: (text: string) => void}} props `table`: of readTable */
export function TablePart({ text, table, variables, onChange }) {
  const [isOver, setOver] = useState(false);
  const input = useRef();
  const take = async (file) => file && onChange(await readText(file));
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  const open = (event) => {
    const [file] = event.currentTarget.files;
    event.currentTarget.value = "";
    take(file);
  };
  const isLong = text.length > MOST_SHOWN_CHARS;
  return html`<${Section} title=${t("batch.table_of_values")} lead=${t("batch.table_lead")}>
    <div class=${`stack batch-drop ${isOver ? "over" : ""}`} onDragOver=${(event) => { event.preventDefault(); setOver(true); }} onDragLeave=${(event) => event.currentTarget.contains(event.relatedTarget) || setOver(false)} onDrop=${drop}>
      <div class="row"><${Button} icon="upload" onClick=${() => input.current.click()}>${t("batch.open_table")}<//>
        ${text && html`<${Button} kind="quiet" icon="close" onClick=${() => onChange("")}>${t("batch.empty_table")}<//>`}
        <input type="file" ref=${input} hidden aria-label=${t("batch.open_table")} accept=".csv,.tsv,.txt,.json,.jsonl,text/csv" onChange=${open} /></div>
      ${isLong ? html`<p class="soft">${t("batch.long_table", { count: table.count })}</p>` : html`<${TextArea} label=${t("batch.table_text")} hint=${t("batch.table_hint")} rows="7" class="input batch-code" spellcheck="false" value=${text} error=${table.kind === "wrong" ? t("batch.wrong_table") : ""} onChange=${onChange} />`}
      ${table.count > 0 && html`<${Sample} table=${table} variables=${variables} />`}
    </div>
  <//>`;
}

/** The first rows, as they were understood. */
function Sample({ table, variables }) {
  const { columns, rows, count } = table;
  const isUsed = (name) => !variables.length || variables.includes(name) || name === "id";
  return html`<div class="stack tight"><p><strong>${t("batch.rows", { count })}</strong> <span class="soft">${t("batch.first_rows", { count: rows.length })}</span></p>
    <div class="scroll-x" tabindex="0" role="region" aria-label=${t("batch.sample")}><table class="plain small batch-sample">
      <thead><tr>${columns.map((name) => html`<th scope="col">${name}${!isUsed(name) && html` <span class="soft">${t("batch.unused")}</span>`}</th>`)}</tr></thead>
      <tbody>${rows.map((cells) => html`<tr>${columns.map((_, index) => html`<td title=${cells[index]}>${cells[index] ?? ""}</td>`)}</tr>`)}</tbody>
    </table></div></div>`;
}
