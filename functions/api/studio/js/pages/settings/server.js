/** The health of the server: its providers and its own checks, with the command that mends what fails. */
import { html, useState } from "../../../vendor/preact.js";
import { ApiError, call } from "../../api.js";
import { findCommands } from "../../lib/find_commands.js";
import { formatNumber, formatTime } from "../../lib/format.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { CopyText } from "../../ui/copy_text.js";
import { ErrorBox } from "../../ui/error_box.js";
import { Icon } from "../../ui/icon.js";
import { Loading } from "../../ui/loading.js";
import { More } from "../../ui/more.js";
import { useLoad } from "../../ui/use_load.js";
import { Section } from "../../ui/section.js";

const TAGS = { ok: "good", paused: "bad", trial: "warn" };

export function Server() {
  const status = useLoad((signal) => call("GET", "/status", { signal }), []);
  return html`<${Section} title=${t("settings.server")}>
    ${status.error && html`<${ErrorBox} error=${status.error} onRetry=${status.reload} />`}
    ${status.value && html`<${Load} status=${status.value} /><${Providers} providers=${status.value.providers} />`}
    <${Checks} />
  <//>`;
}

function Load({ status }) {
  const words = [
    t("settings.jobs_active", { count: status.active_jobs }),
    t("settings.jobs_waiting", { count: status.queue_depth }),
    status.disk_free_gb !== null && t("settings.disk_free", { size: formatNumber(status.disk_free_gb) }),
  ];
  return html`<p>${words.filter(Boolean).join(" · ")}</p>`;
}

function Providers({ providers }) {
  if (!providers.length) return html`<p class="soft">${t("settings.no_providers")}</p>`;
  return html`<h3>${t("settings.providers")}</h3>
    <ul class="plain rows">${providers.map((one) => html`<li class="row between" key=${one.provider}>
      <strong>${one.provider}</strong>
      <div class="row">
        ${one.paused_until && html`<span class="soft small">${t("settings.paused_until", { time: formatTime(one.paused_until, { timeStyle: "short" }) })}</span>`}
        <span class=${`tag ${TAGS[one.state]}`}>${t(`settings.provider_${one.state}`)}</span>
      </div>
    </li>`)}</ul>`;
}

function Checks() {
  const [asksProviders, setAsksProviders] = useState(false);
  const { value, error, isLoading, reload } = useLoad((signal) => readChecks(asksProviders, signal), [asksProviders]);
  const checks = Object.entries(value?.checks ?? {});
  const problems = checks.filter(([, check]) => !check.ok || check.warning);
  const fine = checks.filter(([, check]) => check.ok && !check.warning);
  return html`<h3>${t("settings.checks")}</h3>
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${!value && !error && html`<${Loading} label=${t("settings.checking")} />`}
    ${value && html`
      <p class=${`note ${value.status === "ready" ? "good" : "bad"}`}><${Icon} name=${value.status === "ready" ? "check" : "alert"} />${t(value.status === "ready" ? "settings.is_ready" : "settings.is_not_ready")}</p>
      ${problems.length > 0 && html`<ul class="plain rows">${problems.map(([name, check]) => html`<${CheckRow} key=${name} name=${name} check=${check} />`)}</ul>`}
      <${More} label=${t("settings.checks_fine", { count: fine.length })}><ul class="plain rows">${fine.map(([name, check]) => html`<${CheckRow} key=${name} name=${name} check=${check} />`)}</ul><//>`}
    <div class="row">
      <${Button} icon="retry" isBusy=${isLoading} onClick=${reload}>${t("settings.check_again")}<//>
      ${!asksProviders && html`<${Button} icon="share" onClick=${() => setAsksProviders(true)}>${t("settings.ask_providers")}<//>`}
    </div>`;
}

/** Read the checks; an answer that says "not ready" (503) has them too. */
async function readChecks(asksProviders, signal) {
  try {
    // Cloud Run keeps paths that end in z to itself
    return await call("GET", asksProviders ? "/ready?providers=1" : "/ready", { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 503 && error.problem.checks) return error.problem;
    throw error;
  }
}

function CheckRow({ name, check }) {
  const state = !check.ok ? "bad" : check.warning ? "warn" : "good";
  return html`<li class="check-row">
    <span class=${`mark ${state}`}><${Icon} name=${state === "good" ? "check" : "alert"} /><span class="visually-hidden">${t(`settings.check_${state}`)}</span></span>
    <div class="stack tight" lang="en">
      <div><strong>${name}</strong> <span class="soft">${check.detail}</span></div>
      ${check.advice && html`<p>${check.advice}</p>${findCommands(check.advice).map((command) => html`<${CopyText} key=${command} text=${command} />`)}`}
    </div>
  </li>`;
}
