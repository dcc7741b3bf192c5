/** What agents ask for: only people may allow it. */
import { html, useEffect } from "../../vendor/preact.js";
import { call } from "../api.js";
import { listDestinations, nameRequest, sortApprovals } from "../lib/approval.js";
import { formatAgo } from "../lib/format.js";
import { loadStyle } from "../place.js";
import { makeHash } from "../router.js";
import { loadTexts, t } from "../text.js";
import { EmptyState } from "../ui/empty_state.js";
import { ErrorBox } from "../ui/error_box.js";
import { Icon } from "../ui/icon.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { useLoad } from "../ui/use_load.js";
import { useRepeat } from "../ui/use_repeat.js";
import { setWaiting } from "../waiting.js";
import { describeCost } from "./approval/cost.js";
import { ApprovalState } from "./approval/state.js";

await Promise.all([loadTexts("approval"), loadStyle("approval")]);

const LOOK_MS = 5000;

export default function ApprovalsPage() {
  const { value, error, reload } = useLoad(readApprovals, []);
  useRepeat(reload, LOOK_MS, true);
  const { waiting, answered } = sortApprovals(value ?? []);
  useEffect(() => {
    if (value) setWaiting(waiting.length);
  }, [value]);
  return html`<${Page} title=${t("common.approvals")} lead=${t("approval.lead")}>
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && !waiting.length && html`<${EmptyState} icon="shield" title=${t("approval.empty")}><p>${t("approval.empty_why")}</p><//>`}
    ${waiting.length > 0 && html`<section class="stack"><h2>${t("approval.waiting")}</h2><${List} approvals=${waiting} /></section>`}
    ${answered.length > 0 && html`<section class="stack"><h2>${t("approval.answered")}</h2><${List} approvals=${answered} /></section>`}
  <//>`;
}

/** Those that wait are never crowded out by newer answers. */
async function readApprovals(signal) {
  const [waiting, newest] = await Promise.all(["state=waiting&limit=100", "limit=50"].map((query) => call("GET", `/approvals?${query}`, { signal })));
  const others = newest.approvals.filter(({ state }) => state !== "waiting");
  return [...waiting.approvals, ...others];
}

function List({ approvals }) {
  return html`<ul class="plain stack">${approvals.map((one) => html`<${ApprovalRow} key=${one.approval_id} approval=${one} />`)}</ul>`;
}

function ApprovalRow({ approval }) {
  const where = listDestinations(approval).map((name) => t(`common.destination_${name}`)).join(", ");
  const facts = [
    approval.action === "render" && describeCost(approval, "cost_up_to"),
    where,
    formatAgo(approval.created_at),
  ];
  return html`<li class="card approval-row">
    <${Icon} name=${approval.action === "render" ? "film" : "share"} />
    <div class="stack tight approval-words">
      <a class="approval-link" href=${makeHash("approval", { id: approval.approval_id })}>${t(`approval.do_${approval.action}`, { title: nameRequest(approval) || t("approval.a_video") })}</a>
      <span class="soft small">${facts.filter(Boolean).join(" · ")}</span>
    </div>
    <${ApprovalState} state=${approval.state} />
  </li>`;
}
