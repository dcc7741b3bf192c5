/** The page on which a video begins. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { chooseBrand } from "../lib/brand.js";
import { addUpload, chooseWay, createDraft, isEmpty, isReady, makePlan, replacePlan, sortErrors, takeScenes } from "../lib/draft.js";
import { isTextFile, OWN_AUDIO, takeWords } from "../lib/own_audio.js";
import { isPlanFile } from "../lib/plan_file.js";
import { loadStyle } from "../place.js";
import { openPage } from "../router.js";
import { loadTexts, t } from "../text.js";
import { announce } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { confirmAction } from "../ui/confirm.js";
import { Choice } from "../ui/field.js";
import { ErrorBox } from "../ui/error_box.js";
import { Loaded } from "../ui/loaded.js";
import { Page } from "../ui/page.js";
import { Beginning } from "./create/beginning.js";
import { focusField, focusFirst } from "./create/fields.js";
import { FileMenu, readPlanFile } from "./create/file_menu.js";
import { LostDraft } from "./create/lost_draft.js";
import { DropVeil, usePageDrop } from "./create/page_drop.js";
import { Summary, usePreview } from "./create/summary.js";
import { useDraft } from "./create/use_draft.js";
import { useSource } from "./create/use_source.js";

await Promise.all([loadTexts("create"), loadStyle("create")]);

const WAYS = [["topic", "spark"], ["template", "list"], ["script", "edit"], ["scenes", "film"], ["song", "music"], ["recording", "mic"]];
/** The field, and the text that asks for it, of the ways that do not begin with words. */
const MISSING = {
  template: ["", "no_template_yet"],
  scenes: ["scenes[0].narration", "nothing_yet"],
  song: ["song.upload", "no_song_yet"],
  recording: ["narration_audio.upload", "no_voice_yet"],
};
const readText = async (file) => (await import("../lib/decode_text.js")).decodeText(await file.arrayBuffer());
// the first field is there before the rest is
const loadOptions = () => import("./create/options.js").then((module) => module.Options);
const loadFilesPart = () => import("./create/files_part.js").then((module) => module.FilesPart);

export default function CreatePage({ query }) {
  const { draft, draftKey, lost, ...kept } = useDraft();
  const [refusal, setRefusal] = useState(null);
  const [fault, setFault] = useState(null);
  const [isSending, setSending] = useState(false);
  const preview = usePreview(draft);
  const change = (next) => {
    setRefusal(null);
    kept.change(next);
  };
  const changePlan = (fields) => change({ ...draft, plan: { ...draft.plan, ...fields } });
  const start = (next) => {
    setRefusal(null);
    setFault(null);
    kept.replace(next);
    scrollTo(0, 0);
  };
  const openPlan = (plan) => start(replacePlan(draft, plan));
  const openFile = (file) => readPlanFile(file).then(openPlan, setFault);
  const [files, setFiles] = useState([]);
  const takeFiles = (taken) => {
    const plan = taken.find(isPlanFile);
    const words = OWN_AUDIO[draft.way] && taken.find(isTextFile);
    if (plan) openFile(plan);
    else if (words) readText(words).then((text) => change(takeWords(draft, text)));
    else setFiles([...files, ...taken]);
  };
  const isOver = usePageDrop(takeFiles);
  useSource(query, { onPlan: openPlan, onError: setFault, onBrand: (name) => changePlan(chooseBrand(draft.plan, name)) });
  const startAnew = async () => {
    const question = { title: t("create.anew_title"), body: t("create.anew_body"), action: t("create.anew"), isDangerous: true };
    if (!(await confirmAction(question))) return;
    change(createDraft());
    kept.forgetLost();
  };

  const problems = refusal?.errors?.length ? refusal.errors : (preview.value?.problems ?? []);
  const errors = sortErrors(problems, draft.way);
  useEffect(() => {
    if (refusal?.errors?.length) focusFirst(errors);
  }, [refusal]);

  const submit = async (event) => {
    event.preventDefault();
    if (isSending) return;
    if (!isReady(draft)) return refuseNothing(draft, setRefusal);
    setSending(true);
    setRefusal(null);
    try {
      const job = await call("POST", "/render", { body: makePlan(draft), headers: { "Idempotency-Key": draftKey } });
      kept.drop();
      openPage("job", { id: job.job_id });
    } catch (error) {
      setRefusal(error);
      announce(t("create.refused"));
      setSending(false);
    }
  };

  const ways = WAYS.map(([way, icon]) => [way, t(`create.way_${way}`), icon]);
  const actions = !isEmpty(draft) && html`<${Button} kind="quiet" icon="plus" onClick=${startAnew}>${t("create.anew")}<//>`;
  return html`<${Page} title=${t("create.title")} lead=${t("create.lead")} actions=${actions}>
    <form class="create" onSubmit=${submit} novalidate>
      <div class="stack">
        <${ErrorBox} error=${fault} />
        ${lost && html`<${LostDraft} onRestore=${kept.restore} onClose=${kept.forgetLost} />`}
        <div class="ways"><${Choice} label=${t("create.way")} isLabelHidden value=${draft.way} options=${ways} onChange=${(way) => change(chooseWay(draft, way))} /></div>
        ${files.length > 0 && html`<${Loaded} load=${loadFilesPart} files=${files} onUploaded=${(upload) => change(addUpload(draft, upload))} />`}
        <${Beginning} draft=${draft} errors=${errors} onChange=${change} onPlan=${openPlan} onFiles=${takeFiles} />
        <${Loaded} load=${loadOptions} plan=${draft.plan} errors=${errors} way=${draft.way} onChange=${changePlan} />
        <div class="row file-menu"><${FileMenu} draft=${draft} onFile=${openFile} /></div>
      </div>
      <${Summary} preview=${preview} isReady=${isReady(draft)} isSending=${isSending} plan=${draft.plan} way=${draft.way} refusal=${refusal}
        onReview=${(review) => changePlan({ review })} onScenes=${draft.way === "topic" ? (plan) => start(takeScenes(draft, plan)) : undefined} />
    </form>
    ${isOver && html`<${DropVeil} />`}
  <//>`;
}

/** Say at the field that nothing is written yet. */
function refuseNothing(draft, setRefusal) {
  const [path, message] = MISSING[draft.way] ?? ["", "nothing_yet"];
  const error = new Error(t("create.refused"));
  error.errors = [{ path, message: t(`create.${message}`) }];
  setRefusal(error);
  if (draft.way === "template") focusField("template");
}
