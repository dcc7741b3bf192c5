/** One batch: how far it is, its rows, and what can be done with it. */
import { html } from "../../vendor/preact.js";
import { call } from "../api.js";
import { formatAgo, formatMoney, formatTime } from "../lib/format.js";
import { loadStyle } from "../place.js";
import { makeHash } from "../router.js";
import { loadTexts, t } from "../text.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty_state.js";
import { ErrorBox } from "../ui/error_box.js";
import { Icon } from "../ui/icon.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { useLoad } from "../ui/use_load.js";
import { useRepeat } from "../ui/use_repeat.js";
import { BatchActions } from "./batch/actions.js";
import { BatchBudget } from "./batch/budget.js";
import { BatchBar, BatchState, describeCounts, nameBatch } from "./batch/progress.js";
import { Rows } from "./batch/rows.js";

await Promise.all([loadTexts("batch"), loadStyle("batch")]);

const LOOK_MS = 2500;

export default function BatchPage({ id, query }) {
  const path = `/batches/${encodeURIComponent(id)}`;
  const { value: batch, error, reload } = useLoad((signal) => call("GET", path, { signal }), [id]);
  const isMoving = batch?.state === "running" || batch?.counts.running > 0;
  useRepeat(reload, LOOK_MS, Boolean(isMoving));
  if (error?.status === 404) return html`<${Page} title=${t("batch.missing")}><${EmptyState} icon="table" title=${t("batch.missing_why")}><${Button} kind="primary" href=${makeHash("batches")}>${t("batch.to_batches")}<//><//><//>`;
  if (error && !batch) return html`<${Page} title=${t("batch.title")}><${ErrorBox} error=${error} onRetry=${reload} /><//>`;
  if (!batch) return html`<${Page} title=${t("batch.title")}><${Loading} /><//>`;
  const lead = html`<${BatchState} state=${batch.state} /> <span class="small">${formatAgo(batch.created_at)}</span>`;
  return html`<${Page} title=${nameBatch(batch)} lead=${lead} actions=${html`<${BatchActions} batch=${batch} path=${path} onChange=${reload} />`}>
    ${batch.state === "waiting" && html`<${Waiting} batch=${batch} />`}
    <section class="card stack" aria-label=${t("batch.progress")}>
      <div class="row between"><strong>${describeCounts(batch.counts)}</strong><span class="soft numbers">${t("batch.rows", { count: batch.rows })}</span></div>
      <${BatchBar} batch=${batch} />
      <p class="soft">${t("batch.money", { spent: formatMoney(batch.spent_usd ?? 0), expected: formatMoney(batch.expected_usd ?? 0) })}</p>
      <${BatchBudget} batch=${batch} path=${path} onChange=${reload} />
    </section>
    <${Rows} path=${path} batch=${batch} state=${query.get("state") ?? ""} />
  <//>`;
}

function Waiting({ batch }) {
  return html`<div class="note warn"><${Icon} name="clock" /><div class="body">
    <p>${batch.reason || t("batch.waiting_why")}</p>
    <p>${batch.waits_until ? t("batch.goes_on", { time: formatTime(batch.waits_until) }) : t("batch.kept")}</p>
  </div></div>`;
}
