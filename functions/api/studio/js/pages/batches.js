/** All batches of the reader: many videos from one plan and a table. */
import { html } from "../../vendor/preact.js";
import { call } from "../api.js";
import { formatAgo, formatMoney } from "../lib/format.js";
import { VARIABLE } from "../lib/table.js";
import { loadStyle } from "../place.js";
import { makeHash } from "../router.js";
import { loadTexts, t } from "../text.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty_state.js";
import { ErrorBox } from "../ui/error_box.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { useLoad } from "../ui/use_load.js";
import { useRepeat } from "../ui/use_repeat.js";
import { BatchBar, BatchState, nameBatch } from "./batch/progress.js";

await Promise.all([loadTexts("batch"), loadStyle("batch")]);

const LOOK_MS = 4000;

export default function BatchesPage() {
  const { value, error, reload } = useLoad((signal) => call("GET", "/batches?limit=100", { signal }), []);
  const batches = value?.batches ?? [];
  useRepeat(reload, LOOK_MS, batches.some(({ state }) => state === "running"));
  const actions = html`<${Button} kind="primary" icon="plus" href=${makeHash("new_batch")}>${t("batch.new")}<//>`;
  return html`<${Page} title=${t("common.batches")} lead=${t("batch.lead")} actions=${actions}>
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && !batches.length && html`<${EmptyState} icon="table" title=${t("batch.empty")}><p>${t("batch.empty_why", { variable: VARIABLE })}</p><${Button} kind="primary" icon="plus" href=${makeHash("new_batch")}>${t("batch.new")}<//><//>`}
    ${batches.length > 0 && html`<ul class="plain stack">${batches.map((batch) => html`<${BatchCard} key=${batch.batch_id} batch=${batch} />`)}</ul>`}
  <//>`;
}

function BatchCard({ batch }) {
  return html`<li class="card batch-card">
    <div class="row between"><a class="batch-link" href=${makeHash("batch", { id: batch.batch_id })}>${nameBatch(batch)}</a><${BatchState} state=${batch.state} /></div>
    <${BatchBar} batch=${batch} />
    <span class="soft small">${[t("batch.rows", { count: batch.rows }), formatAgo(batch.created_at), batch.spent_usd > 0 && formatMoney(batch.spent_usd)].filter(Boolean).join(" · ")}</span>
  </li>`;
}
