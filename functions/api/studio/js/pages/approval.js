/** One approval: look at what an agent asks for, then grant or refuse it. */
import { html, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { listDestinations, nameRequest } from "../lib/approval.js";
import { formatTime } from "../lib/format.js";
import { loadStyle } from "../place.js";
import { makeHash } from "../router.js";
import { loadTexts, t } from "../text.js";
import { showToast } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty_state.js";
import { ErrorBox } from "../ui/error_box.js";
import { TextField } from "../ui/field.js";
import { Loading } from "../ui/loading.js";
import { More } from "../ui/more.js";
import { Page } from "../ui/page.js";
import { useLoad } from "../ui/use_load.js";
import { countWaiting } from "../waiting.js";
import { ApprovalState } from "./approval/state.js";
import { describeCost } from "./approval/cost.js";
import { AskedPublication } from "./approval/publication.js";
import { AskedVideo } from "./approval/video.js";

await Promise.all([loadTexts("approval"), loadStyle("approval")]);

export default function ApprovalPage({ id }) {
  const path = `/approvals/${encodeURIComponent(id)}`;
  const { value: approval, error, reload, setValue } = useLoad((signal) => call("GET", path, { signal }), [id]);
  if (error?.status === 404) return html`<${Page} title=${t("approval.missing")}><${EmptyState} icon="shield" title=${t("approval.missing_why")}><${Button} kind="primary" href=${makeHash("approvals")}>${t("approval.to_all")}<//><//><//>`;
  if (error && !approval) return html`<${Page} title=${t("approval.title")}><${ErrorBox} error=${error} onRetry=${reload} /><//>`;
  if (!approval) return html`<${Page} title=${t("approval.title")}><${Loading} /><//>`;
  const title = t(`approval.do_${approval.action}`, { title: nameRequest(approval) || t("approval.a_video") });
  return html`<${Page} title=${title} lead=${html`<${ApprovalState} state=${approval.state} /> <span class="small">${t("approval.asked", { time: formatTime(approval.created_at) })}</span>`}>
    <div class="approval">
      <div class="stack">
        ${approval.action === "render" ? html`<${AskedVideo} approval=${approval} />` : html`<${AskedPublication} approval=${approval} />`}
        <section class="card"><${More} label=${t("approval.exactly")}><pre class="small approval-code" tabindex="0">${JSON.stringify(approval.request, null, 2)}</pre><//></section>
      </div>
      <${Answer} approval=${approval} path=${path} onAnswer=${setValue} onStale=${reload} />
    </div>
  <//>`;
}

function Answer({ approval, path, onAnswer, onStale }) {
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState("");
  const [refusal, setRefusal] = useState(null);
  const answer = async (verb) => {
    if (busy) return;
    setBusy(verb);
    setRefusal(null);
    try {
      onAnswer(await call("POST", `${path}/${verb}`, { body: { note: note.trim() } }));
      showToast(t(`approval.done_${verb}`));
    } catch (error) {
      setRefusal(error);
      if (error.status === 409) onStale(); // someone else may have answered
    }
    setBusy("");
    countWaiting();
  };
  const where = listDestinations(approval).map((name) => t(`common.destination_${name}`)).join(", ");
  const isWaiting = approval.state === "waiting";
  return html`<aside class="card stack approval-side" aria-label=${t("approval.answer")}>
    <dl class="approval-facts">
      ${approval.action === "render" && html`<${Fact} name=${t("approval.cost")} value=${describeCost(approval, "up_to")} />`}
      ${where && html`<${Fact} name=${t("approval.where")} value=${where} />`}
      ${approval.agent && html`<${Fact} name=${t("approval.agent")} value=${approval.agent} />`}
      <${Fact} name=${t(isWaiting ? "approval.ends" : "approval.answered_at")} value=${formatTime(isWaiting ? approval.expires_at : (approval.answered_at ?? approval.expires_at))} />
    </dl>
    ${approval.answer_note && html`<p>${t("approval.note_was", { note: approval.answer_note })}</p>`}
    ${isWaiting && html`
      <p class="soft">${t(`approval.then_${approval.action}`)}</p>
      <${TextField} label=${t("approval.note")} hint=${t("approval.note_hint")} maxlength="500" value=${note} onChange=${setNote} />
      <${ErrorBox} error=${refusal} />
      <div class="row"><${Button} kind="primary" size="large" icon="check" isBusy=${busy === "grant"} onClick=${() => answer("grant")}>${t("approval.grant")}<//>
        <${Button} kind="danger" size="large" icon="close" isBusy=${busy === "refuse"} onClick=${() => answer("refuse")}>${t("approval.refuse")}<//></div>`}
    ${!isWaiting && html`<${ErrorBox} error=${refusal} />`}
    ${approval.state === "granted" && approval.job_id && html`<${Button} kind="primary" icon="film" href=${makeHash("job", { id: approval.job_id })}>${t("approval.to_video")}<//>`}
    ${approval.state === "granted" && approval.publication_id && html`<${Button} icon="calendar" href=${makeHash("publish", {}, { view: "list" })}>${t("approval.to_publication")}<//>`}
  </aside>`;
}

function Fact({ name, value }) {
  return html`<div><dt>${name}</dt><dd class="numbers">${value}</dd></div>`;
}
