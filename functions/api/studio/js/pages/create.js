/** The page on which a video begins. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { ApiError, call } from "../api.js";
import { chooseWay, createDraft, isEmpty, isReady, makePlan, readPlan, sortErrors } from "../lib/draft.js";
import { dropDraft, makeDraftKey, readDraft, storeDraft } from "../lib/draft_store.js";
import { loadStyle } from "../place.js";
import { openPage, replaceQuery } from "../router.js";
import { language, loadTexts, t } from "../text.js";
import { announce, showToast } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { confirmAction } from "../ui/confirm.js";
import { Choice } from "../ui/field.js";
import { ErrorBox } from "../ui/error_box.js";
import { Page } from "../ui/page.js";
import { Beginning } from "./create/beginning.js";
import { FileMenu } from "./create/file_menu.js";
import { Options } from "./create/options.js";
import { Summary, usePreview } from "./create/summary.js";

await Promise.all([loadTexts("create"), loadStyle("create")]);

const WAYS = [["topic", "spark"], ["template", "list"], ["script", "edit"], ["scenes", "film"]];

export default function CreatePage({ query }) {
  const [draft, setDraft] = useState(() => readDraft()?.draft ?? createDraft());
  const [draftKey, setDraftKey] = useState(() => readDraft()?.idempotencyKey ?? makeDraftKey());
  const [refusal, setRefusal] = useState(null);
  const [isSending, setSending] = useState(false);
  const form = useRef();
  const preview = usePreview(draft);

  useEffect(() => storeDraft(draft, draftKey), [draft, draftKey]);
  useSource(query, (plan) => start(readPlan(plan)), setRefusal);

  const change = (next) => {
    setRefusal(null);
    setDraftKey(makeDraftKey()); // another plan is another job
    setDraft(next);
  };
  const changePlan = (fields) => change({ ...draft, plan: { ...draft.plan, ...fields } });
  const start = (next) => {
    change(next);
    scrollTo(0, 0);
  };
  const startAnew = async () => {
    const question = { title: t("create.anew_title"), body: t("create.anew_body"), action: t("create.anew"), isDangerous: true };
    if (isEmpty(draft) || (await confirmAction(question))) start(createDraft());
  };

  const submit = async (event) => {
    event.preventDefault();
    if (isSending) return;
    if (!isReady(draft)) {
      setRefusal(new ApiError(400, { errors: [{ path: "", message: t("create.nothing_yet") }] }));
      return focusFirstError(form);
    }
    setSending(true);
    setRefusal(null);
    try {
      const job = await call("POST", "/render", { body: makePlan(draft), headers: { "Idempotency-Key": draftKey } });
      dropDraft();
      openPage("job", { id: job.job_id });
    } catch (error) {
      setRefusal(error);
      announce(t("create.refused"));
      focusFirstError(form);
    }
    setSending(false);
  };

  const problems = refusal?.errors?.length ? refusal.errors : (preview.value?.problems ?? []);
  const errors = sortErrors(problems, draft.way);
  const ways = WAYS.map(([way, icon]) => [way, t(`create.way_${way}`), icon]);
  const actions = !isEmpty(draft) && html`<${Button} kind="quiet" icon="plus" onClick=${startAnew}>${t("create.anew")}<//>`;
  return html`<${Page} title=${t("create.title")} lead=${t("create.lead")} actions=${actions}>
    <form class="create" ref=${form} onSubmit=${submit} novalidate>
      <div class="stack">
        <${Choice} label=${t("create.way")} isLabelHidden value=${draft.way} options=${ways} onChange=${(way) => change(chooseWay(draft, way))} />
        <${Beginning} draft=${draft} errors=${errors} onChange=${change} onPlan=${(plan) => start(readPlan(plan))} />
        <${Options} plan=${draft.plan} errors=${errors} hasScenes=${["scenes", "script"].includes(draft.way)} onChange=${changePlan} />
        <div class="row"><${FileMenu} draft=${draft} onOpen=${(plan) => start(readPlan(plan))} onError=${setRefusal} /></div>
        ${refusal && html`<${ErrorBox} error=${refusal} hiddenPaths=${new Set(shownPaths(form))} />`}
      </div>
      <${Summary} preview=${preview} isReady=${isReady(draft)} isSending=${isSending} plan=${draft.plan} onReview=${(review) => changePlan({ review })} />
    </form>
  <//>`;
}

/** Take the plan that the address names: ?from=JOB or ?template=ID. */
function useSource(query, onPlan, onError) {
  const [from, template] = [query.get("from"), query.get("template")];
  useEffect(() => {
    if (!from && !template) return;
    const asked = from
      ? call("POST", `/library/${encodeURIComponent(from)}/duplicate`)
      : call("POST", "/templates/plan", { body: { template_id: template, language: language.get() } });
    asked.then((plan) => {
      onPlan(plan);
      replaceQuery({});
      showToast(t(from ? "create.duplicated" : "create.template_taken"));
    }, onError);
  }, [from, template]);
}

/** Return the paths of the fields that show their own errors. */
function shownPaths(form) {
  return [...(form.current?.querySelectorAll("[aria-invalid=true]") ?? [])].map((element) => element.dataset.path);
}

function focusFirstError(form) {
  setTimeout(() => {
    const wrong = form.current?.querySelector("[aria-invalid=true]") ?? form.current?.querySelector("textarea, input");
    for (let fold = wrong?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    wrong?.focus();
    wrong?.scrollIntoView({ block: "center" });
  }, 50);
}
