/** Change a finished video: what stays the same is not made or paid for again. */
import { html, useEffect, useMemo, useRef, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { makePlan, readPlan, sortErrors } from "../lib/draft.js";
import { makeDraftKey } from "../lib/draft_store.js";
import { OWN_AUDIO } from "../lib/own_audio.js";
import { correctKept, findKept } from "../lib/plan_changes.js";
import { loadStyle } from "../place.js";
import { makeHash, openPage } from "../router.js";
import { loadTexts, t } from "../text.js";
import { announce } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { ErrorBox } from "../ui/error_box.js";
import { FramePreview } from "../ui/frame_preview.js";
import { Icon } from "../ui/icon.js";
import { Lazy } from "../ui/lazy.js";
import { Loading } from "../ui/loading.js";
import { More } from "../ui/more.js";
import { Page } from "../ui/page.js";
import { useKeptDraft } from "../ui/use_kept_draft.js";
import { useLoad } from "../ui/use_load.js";
import { Beginning } from "./create/beginning.js";
import { Options } from "./create/options.js";
import { SceneEditor } from "./create/scene_editor.js";
import { Summary, usePreview } from "./create/summary.js";

await Promise.all([loadTexts("create", "review", "scenes"), loadStyle("create"), loadStyle("review")]);

export default function EditPage({ id }) {
  const { value, error, reload } = useLoad((signal) => call("POST", `/library/${encodeURIComponent(id)}/duplicate`, { signal }), [id]);
  const title = t("review.edit_title");
  if (error) return html`<${Page} title=${title}><${ErrorBox} error=${error} onRetry=${reload} /><//>`;
  if (!value) return html`<${Page} title=${title}><${Loading} /><//>`;
  return html`<${Editor} id=${id} plan=${value} />`;
}

function Editor({ id, plan }) {
  const before = useMemo(() => withKeys(readPlan({ ...plan, publish: [] })), [plan]);
  const [{ draft, draftKey }, keep, drop] = useKeptDraft(`edit.${id}`, () => ({ draft: before, draftKey: makeDraftKey() }));
  const [refusal, setRefusal] = useState(null);
  const [isSending, setSending] = useState(false);
  const form = useRef();
  const preview = usePreview(draft);
  const answer = preview.isLoading ? null : preview.value;
  const kept = correctKept(findKept(before.plan, draft.plan), answer?.accepted ? answer.kept : undefined);
  const isOwnAudio = draft.way in OWN_AUDIO;
  const changeDraft = (next) => {
    setRefusal(null);
    keep({ draft: next, draftKey: makeDraftKey() });
  };
  const change = (fields) => changeDraft({ ...draft, plan: { ...draft.plan, ...fields } });
  const errors = sortErrors(refusal?.errors?.length ? refusal.errors : (preview.value?.problems ?? []), isOwnAudio ? draft.way : "scenes");
  const sent = useMemo(() => makePlan(draft), [draft]);
  const isChanged = JSON.stringify(sent) !== JSON.stringify(makePlan(before));
  const submit = async (event) => {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    try {
      const job = await call("POST", "/render", { body: sent, headers: { "Idempotency-Key": draftKey } });
      drop();
      openPage("job", { id: job.job_id });
    } catch (fault) {
      setRefusal(fault);
      announce(t("create.refused"));
      setSending(false);
    }
  };
  useEffect(() => {
    if (refusal) form.current?.querySelector("[aria-invalid=true]")?.focus();
  }, [refusal]);
  const aspect = draft.plan.aspect ?? "16:9";
  const renderPreview = (scene, index) => html`<div class="scene-preview"><${Lazy} aspect=${aspect.replace(":", " / ")}>
    <${FramePreview} jobId=${id} scene=${index} words=${scene.narration} aspect=${aspect} plan=${isChanged ? withoutIdleFields(sent) : null} /><//></div>`;
  const renderTags = (scene, index) => html`<${KeptTags} kept=${kept[index]} hasVoice=${Boolean(scene.narration)} />`;
  const same = kept.filter((one) => one.isSame).length;
  return html`<${Page} title=${t("review.edit_title")} lead=${t("review.edit_lead", { title: plan.title ?? "" })} actions=${html`<${Button} kind="quiet" icon="left" href=${makeHash("job", { id })}>${t("review.to_video")}<//>`}>
    <form class="create" ref=${form} onSubmit=${submit} novalidate>
      <div class="stack">
        <div class="note good" role="status"><${Icon} name="check" /><p>${!isChanged ? t("review.unchanged") : isOwnAudio ? t("review.kept_sound") : t("review.kept", { count: same, total: kept.length })}</p></div>
        ${isOwnAudio ? html`<${Beginning} draft=${draft} errors=${errors} onChange=${changeDraft} />` : html`<${SceneEditor} plan=${draft.plan} errors=${errors} renderPreview=${renderPreview} renderTags=${renderTags} onChange=${(scenes) => change({ scenes })} />`}
        <${More} label=${t("review.all_options")}><${Options} plan=${draft.plan} errors=${errors} way=${draft.way} onChange=${change} /><//>
      </div>
      <${Summary} preview=${preview} way=${isOwnAudio ? draft.way : "scenes"} isReady isSending=${isSending} plan=${draft.plan} refusal=${refusal} onReview=${(review) => change({ review })} />
    </form>
  <//>`;
}

/** Give each scene of the finished video a key that is the same after a reload. */
function withKeys(draft) {
  return { ...draft, plan: { ...draft.plan, scenes: draft.plan.scenes.map((scene, index) => ({ ...scene, key: `scene-${index}` })) } };
}

/** A preview shows no publication and asks for no approval. */
function withoutIdleFields({ publish, review, ...plan }) {
  return plan;
}

function KeptTags({ kept, hasVoice }) {
  return html`${hasVoice && html`<span class=${`tag ${kept.isVoiceKept ? "good" : "warn"}`}>${t(kept.isVoiceKept ? "review.voice_kept" : "review.voice_new")}</span>`}
    <span class=${`tag ${kept.isImageKept ? "good" : "warn"}`}>${t(kept.isImageKept ? "review.image_kept" : "review.image_new")}</span>`;
}
