/** The page of one job: how far it is, and the finished video. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { ApiError, call, followJob, wait } from "../api.js";
import { formatAgo, formatClock, formatMoney } from "../lib/format.js";
import { hasEnded } from "../lib/job_state.js";
import { isMoving } from "../lib/publication_state.js";
import { createTimeLeft } from "../lib/time_left.js";
import { loadStyle } from "../place.js";
import { makeHash } from "../router.js";
import { loadTexts, t } from "../text.js";
import { announce } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty_state.js";
import { ErrorBox } from "../ui/error_box.js";
import { Icon } from "../ui/icon.js";
import { Loading } from "../ui/loading.js";
import { More } from "../ui/more.js";
import { Page } from "../ui/page.js";
import { Progress } from "../ui/progress.js";
import { StateTag } from "../ui/state_tag.js";
import { useNow } from "../ui/use_now.js";
import { Actions } from "./job/actions.js";
import { Assets } from "./job/assets.js";
import { Costs } from "./job/costs.js";
import { Finished } from "./job/finished.js";
import { Languages } from "./job/languages.js";
import { Steps } from "./job/steps.js";

await Promise.all([loadTexts("job"), loadStyle("job")]);

const LOOK_EVERY_MS = 2000;

export default function JobPage({ id }) {
  const [status, setStatus] = useState(null);
  const [error, setError] = useState(null);
  const [round, setRound] = useState(0);
  useFollowed(id, round, setStatus, setError);
  useEndAnnounced(status);
  const reload = () => {
    setError(null);
    setRound(round + 1);
  };
  if (error?.status === 404) return html`<${Page} title=${t("job.missing")}><${EmptyState} icon="film" title=${t("job.missing_why")}><${Button} kind="primary" href=${makeHash("library")}>${t("job.to_library")}<//><//><//>`;
  if (error) return html`<${Page} title=${t("job.title")}><${ErrorBox} error=${error} onRetry=${reload} /><//>`;
  if (!status) return html`<${Page} title=${t("job.title")}><${Loading} /><//>`;
  const title = status.title || t("job.untitled");
  const percent = hasEnded(status.state) ? "" : `${status.progress_pct} % · `;
  return html`<${Page} title=${title} documentTitle=${`${percent}${title}`} lead=${html`<${StateTag} state=${status.state} /> <span class="small">${formatAgo(status.created_at)}</span>`} actions=${html`<${Actions} status=${status} onChange=${reload} />`}>
    ${!hasEnded(status.state) && html`<${Running} status=${status} />`}
    ${status.state === "error" && html`<${Failure} status=${status} />`}
    ${status.state === "canceled" && html`<div class="note"><${Icon} name="info" /><p>${status.cancel_reason ?? t("job.canceled_why")}</p></div>`}
    ${status.state === "success" && html`<${Finished} status=${status} />`}
    ${status.state !== "success" && html`<${Assets} status=${status} />`}
    <${Languages} status=${status} />
    <${Details} status=${status} />
  <//>`;
}

/** Follow the job; begins anew with each `round`, such as after a retry. */
function useFollowed(id, round, onStatus, onError) {
  useEffect(() => {
    const stopping = new AbortController();
    followJob(id, { onStatus, signal: stopping.signal }).then(
      // a job that has ended sends nothing more: its publications still change
      () => followPublications(id, onStatus, stopping.signal).catch(() => {}),
      (error) => stopping.signal.aborted || onError(error instanceof ApiError ? error : new Error(String(error))),
    );
    return () => stopping.abort();
  }, [id, round]);
}

async function followPublications(id, onStatus, signal) {
  for (;;) {
    const status = await call("GET", `/render/${encodeURIComponent(id)}/status`, { signal });
    onStatus(status);
    if (!status.publications.some((one) => isMoving(one))) return;
    await wait(LOOK_EVERY_MS, signal);
  }
}

function useEndAnnounced(status) {
  const before = useRef(null);
  useEffect(() => {
    if (!status) return;
    if (before.current && before.current !== status.state) announce(t("job.now", { state: t(`common.state_${status.state}`) }));
    before.current = status.state;
  }, [status?.state]);
}

function Running({ status }) {
  const now = useNow();
  const begun = new Date(status.started_at ?? status.created_at).getTime();
  const passed = Math.max(0, (now - begun) / 1000);
  const share = status.progress_pct / 100;
  const estimate = useRef(null);
  estimate.current ??= createTimeLeft();
  const left = status.state === "running" ? estimate.current(share, passed) : null;
  const words = t("job.progress", { percent: status.progress_pct });
  return html`<section class="card stack">
    ${status.state === "awaiting_approval" && html`<div class="note good"><${Icon} name="check" /><div class="body"><p>${t("job.waits")}</p><div><${Button} kind="primary" href=${makeHash("review", { id: status.job_id })}>${t("job.review")}<//></div></div></div>`}
    <div class="row between"><strong>${words}</strong><span class="soft numbers">${formatClock(passed)}${left !== null ? ` · ${t("job.left", { time: formatClock(left) })}` : ""}</span></div>
    <${Progress} share=${share} label=${t("job.progress_of")} words=${words} />
    <${Steps} steps=${status.steps} now=${now} />
    ${(status.cost.actual_usd > 0 || status.cost.estimated_usd > 0) && html`<p class="soft">${t("job.cost_so_far", { spent: formatMoney(status.cost.actual_usd), expected: formatMoney(status.cost.estimated_usd) })}</p>`}
  </section>`;
}

function Failure({ status }) {
  const { error } = status;
  const failed = status.steps.find(({ state }) => state === "error");
  const stage = failed ? t(`job.step_${failed.name}`) : error.stage;
  return html`<div class="note bad" role="alert"><${Icon} name="alert" /><div class="body">
    <p><strong>${error.scene === null ? t("job.failed_at", { stage }) : t("job.failed_at_scene", { stage, number: error.scene + 1 })}</strong></p>
    <p>${error.cause}</p>
    ${error.advice && html`<p>${t("job.advice")} ${error.advice}</p>`}
    ${error.kept && html`<p>${t("job.kept")} ${error.kept}</p>`}
  </div></div>`;
}

function Details({ status }) {
  return html`<section class="card">
    ${status.fallbacks.length > 0 && html`<${More} label=${t("job.fallbacks", { count: status.fallbacks.length })}><${Fallbacks} fallbacks=${status.fallbacks} /><//>`}
    <${More} label=${t("job.costs", { spent: formatMoney(status.cost.actual_usd) })}><${Costs} cost=${status.cost} /><//>
    <${More} label=${t("job.log")}><ol class="plain stack tight small log">${status.logs.map((line) => html`<${LogLine} line=${line} />`)}</ol><//>
  </section>`;
}

function LogLine({ line }) {
  const [, time, text] = /^(\d{4}-\S+Z) (.*)$/s.exec(line) ?? [null, "", line];
  return html`<li>${time && html`<time class="soft numbers" datetime=${time}>${new Date(time).toLocaleTimeString()}</time>`} ${text}</li>`;
}

function Fallbacks({ fallbacks }) {
  return html`<ul class="stack tight">${fallbacks.map(({ slot, provider, instead_of: before }) => html`<li><strong>${slot}</strong>: ${provider}
    <ul>${before.map((one) => html`<li class="soft">${t("job.instead_of", { provider: one.provider, reason: one.reason })}</li>`)}</ul></li>`)}</ul>`;
}
