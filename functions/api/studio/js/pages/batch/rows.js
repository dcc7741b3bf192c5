/** The rows of a batch: one video each. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { makeHash, replaceQuery } from "../../router.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error_box.js";
import { Select } from "../../ui/field.js";
import { Loading } from "../../ui/loading.js";
import { useLoad } from "../../ui/use_load.js";
import { ROW_STATES, RowState } from "./progress.js";

const PAGE = 100;

/** `state`: show rows in this state only; "": all. */
export function Rows({ path, batch, state }) {
  const [pages, setPages] = useState(1);
  const { value, error, reload } = useLoad((signal) => readRows(path, state, pages, signal), [path, state, pages]);
  const counts = JSON.stringify(batch.counts);
  useEffect(reload, [counts]);
  const options = ["", ...ROW_STATES].map((one) => [one, one ? t(`batch.row_${one}`) : t("batch.all_rows")]);
  return html`<section class="card stack" aria-label=${t("batch.table")}>
    <div class="row between"><h2>${t("batch.table")}</h2><${Select} label=${t("batch.show_rows")} value=${state} options=${options} onChange=${(one) => { setPages(1); replaceQuery({ state: one }); }} /></div>
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && !value.rows.length && html`<p class="soft">${t("batch.no_rows")}</p>`}
    ${value?.rows.length > 0 && html`<ul class="plain batch-rows">${value.rows.map((row) => html`<${Row} key=${row.number} row=${row} />`)}</ul>`}
    ${value?.hasMore && html`<div><${Button} onClick=${() => setPages(pages + 1)}>${t("batch.more_rows")}<//></div>`}
  </section>`;
}

function Row({ row }) {
  const name = row.title || row.row_id;
  return html`<li>
    <span class="soft numbers batch-number">${row.number}</span>
    <span class="batch-row-name">${row.job_id ? html`<a href=${makeHash("job", { id: row.job_id })}>${name}</a>` : name}
      ${row.error && html`<span class="small batch-row-error">${row.error}</span>`}</span>
    <${RowState} state=${row.state} />
  </li>`;
}

async function readRows(path, state, pages, signal) {
  const rows = [];
  let after = "";
  for (let page = 0; page < pages; page++) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(state ? { state } : {}), ...(after ? { after } : {}) });
    const answer = await call("GET", `${path}/rows?${query}`, { signal });
    rows.push(...answer.rows);
    after = answer.next;
    if (!after) return { rows, hasMore: false };
  }
  return { rows, hasMore: true };
}
