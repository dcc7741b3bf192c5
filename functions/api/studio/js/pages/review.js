/** Look at a written plan before it is paid for: change words, hear the voice, replace images, approve. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { call, followJob } from "../api.js";
import { formatMoney, formatTime } from "../lib/format.js";
import { listOthers } from "../lib/languages.js";
import { makePatch } from "../lib/plan_changes.js";
import { loadStyle } from "../place.js";
import { makeHash, openPage } from "../router.js";
import { loadTexts, t } from "../text.js";
import { announce, showToast } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { confirmAction } from "../ui/confirm.js";
import { ErrorBox } from "../ui/error_box.js";
import { Icon } from "../ui/icon.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { StateTag } from "../ui/state_tag.js";
import { useKeptDraft } from "../ui/use_kept_draft.js";
import { useLoad } from "../ui/use_load.js";
import { useSceneSeconds } from "./create/scene_editor.js";
import { StoryCard } from "./review/story_card.js";

await Promise.all([loadTexts("review", "scenes"), loadStyle("review"), loadStyle("create")]);

/** The wait between two looks at a plan whose narrations are being made. */
const RELOAD_MS = 1000;

export default function ReviewPage({ id }) {
  const path = `/render/${encodeURIComponent(id)}`;
  const { value: review, error, reload, setValue } = useLoad((signal) => call("GET", `${path}/plan`, { signal }), [id]);
  const state = useJobState(id, reload);
  const [edits, keepEdits, dropEdits] = useKeptDraft(`review.${id}`, () => ({}));
  const [refusal, setRefusal] = useState(null);
  const [busy, setBusy] = useState("");
  useEffect(() => {
    // a short narration may be made between two events, which then tell of no change
    const isMade = review && !review.approved_at && ["pending", "running"].includes(review.state);
    const timer = isMade ? setTimeout(reload, RELOAD_MS) : 0;
    return () => clearTimeout(timer);
  }, [review]);
  const seconds = useSceneSeconds(mergeEdits(review?.plan, edits));
  if (error) return html`<${Page} title=${t("review.title")}><${ErrorBox} error=${error} onRetry=${reload} /><//>`;
  if (!review) return html`<${Page} title=${t("review.title")}><${Loading} /><//>`;

  const isWaiting = review.state === "awaiting_approval";
  const patch = makePatch(review.plan, edits);
  const headers = { "If-Match": `"${review.version}"` };
  const errors = new Map((refusal?.errors ?? []).map(({ path: field, message }) => [nameField(field, patch), message]));
  const act = async (name, work) => {
    setBusy(name);
    setRefusal(null);
    try {
      await work();
    } catch (fault) {
      setRefusal(fault);
      announce(t("review.refused"));
      if (fault.status === 412) reload();
    }
    setBusy("");
  };
  const save = () => act("save", async () => {
    setValue(await call("PATCH", `${path}/plan`, { body: patch, headers }));
    keepEdits({});
    dropEdits();
    showToast(t("review.saved"));
  });
  const approve = async () => {
    const cost = formatMoney(review.estimate.expected_usd);
    if (review.estimate.most_usd > 0 && !(await confirmAction({ title: t("review.approve_title"), body: t("review.approve_body", { cost, most: formatMoney(review.estimate.most_usd) }), action: t("review.approve") }))) return;
    await act("approve", async () => {
      await call("POST", `${path}/approve`, { headers });
      openPage("job", { id });
    });
  };
  const cancel = async () => {
    if (await confirmAction({ title: t("review.cancel_title"), body: t("review.cancel_body"), action: t("review.cancel"), isDangerous: true })) {
      await act("cancel", async () => {
        await call("DELETE", `${path}/cancel`);
        openPage("job", { id });
      });
    }
  };
  const others = listOthers(review.plan);
  const lead = html`<${StateTag} state=${review.state} /> ${isWaiting && review.waits_until && html`<span class="small">${t("review.waits_until", { time: formatTime(review.waits_until) })}</span>`}`;
  return html`<${Page} title=${review.plan.title || t("review.title")} lead=${lead}>
    <div class="review">
      <ol class="plain stack">${review.plan.scenes.map((scene, index) => html`<${StoryCard} key=${index} id=${id} index=${index} scene=${scene} edits=${edits[index] ?? {}} patch=${patch} version=${`${review.version}-${state}`} aspect=${review.plan.aspect} language=${review.plan.language}
        narrations=${review.narrations.filter((one) => one.scene === index)} others=${others} seconds=${seconds[index]} isLocked=${!isWaiting} hasOwnSound=${Boolean(review.plan.song || review.plan.narration_audio)} errors=${errors} onChange=${(fields) => keepEdits({ ...edits, [index]: { ...edits[index], ...fields } })} />`)}</ol>
      <aside class="card stack summary">
        <h2>${t("review.next")}</h2>
        ${isWaiting ? html`<p>${t("review.explain")}</p>` : html`<div class="note"><${Icon} name="info" /><p>${t(["pending", "running"].includes(review.state) ? "review.being_made" : "review.no_more")}</p></div>`}
        <dl class="facts"><div><dt>${t("review.rest")}</dt><dd class="numbers">${review.estimate.most_usd ? t("review.up_to", { cost: formatMoney(review.estimate.expected_usd), most: formatMoney(review.estimate.most_usd) }) : t("review.free")}</dd></div>
          <div><dt>${t("review.spent")}</dt><dd class="numbers">${formatMoney(review.spent_usd)}</dd></div></dl>
        ${refusal && (refusal.status === 412 ? html`<div class="note warn" role="alert"><${Icon} name="alert" /><p>${t("review.changed_elsewhere")}</p></div>` : html`<${ErrorBox} error=${refusal} />`)}
        ${isWaiting && html`
          ${patch && html`<p class="soft">${t("review.unsaved", { count: patch.scenes.length })}</p><${Button} kind="primary" icon="check" isBusy=${busy === "save"} onClick=${save}>${t("review.save")}<//>`}
          <${Button} kind=${patch ? "plain" : "primary"} size="large" icon="spark" isDisabled=${Boolean(patch)} isBusy=${busy === "approve"} onClick=${approve}>${t("review.approve")}<//>
          <${Button} kind="danger" isBusy=${busy === "cancel"} onClick=${cancel}>${t("review.cancel")}<//>`}
        <a href=${makeHash("job", { id })}>${t("review.to_video")}</a>
      </aside>
    </div>
  <//>`;
}

/** The plan as it would be with the words that are typed. */
function mergeEdits(plan, edits) {
  return { ...plan, scenes: (plan?.scenes ?? []).map((scene, index) => ({ ...scene, ...edits[index] })) };
}

/** Follow the state of the job; `onChange` runs when it becomes another one, such as when a new voice is there. */
function useJobState(id, onChange) {
  const [state, setState] = useState("");
  useEffect(() => {
    const stopping = new AbortController();
    let before = "";
    const onStatus = (status) => {
      const made = `${status.state}-${status.assets.filter((asset) => asset.url).length}`;
      setState(made);
      if (before && before !== made) onChange();
      before = made;
    };
    followJob(id, { onStatus, signal: stopping.signal }).catch(() => {});
    return () => stopping.abort();
  }, [id]);
  return state;
}

/** Return the path of a field in the plan for a path in the patch: scenes[0] of the patch may be scene 4 of the plan. */
function nameField(path, patch) {
  return path.replace(/^scenes\[(\d+)\]/, (whole, place) => `scenes[${patch?.scenes?.[Number(place)]?.index ?? place}]`);
}
