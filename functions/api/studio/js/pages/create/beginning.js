/** What a video begins with: words, a template, a text to be spoken, or scenes. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { TextArea } from "../../ui/field.js";
import { SceneEditor } from "./scene_editor.js";
import { Templates } from "./templates.js";

const IDEAS = ["idea_1", "idea_2", "idea_3"];

/** The part of the form that belongs to the way of the draft. */
export function Beginning({ draft, errors, onChange, onPlan }) {
  if (draft.way === "template") return html`<${Templates} plan=${draft.plan} onPlan=${onPlan} />`;
  if (draft.way === "script") {
    return html`<div class="card"><${TextArea} label=${t("create.script")} hint=${t("create.script_hint")} rows="10" data-path="script" value=${draft.script} error=${errors.get("script")} onChange=${(script) => onChange({ ...draft, script })} /></div>`;
  }
  if (draft.way === "scenes") {
    const setScenes = (scenes) => onChange({ ...draft, plan: { ...draft.plan, scenes } });
    return html`<${SceneEditor} plan=${draft.plan} errors=${errors} onChange=${setScenes} />`;
  }
  const setWords = (words) => onChange({ ...draft, words });
  return html`<div class="card stack topic">
    <${TextArea} label=${t("create.topic")} hint=${t("create.topic_hint")} rows="3" maxlength="2000" data-path="words" value=${draft.words} error=${errors.get("words")} onChange=${setWords} placeholder=${t("create.topic_example")} />
    ${!draft.words && html`<div class="row ideas"><span class="soft small">${t("create.try")}</span>
      ${IDEAS.map((idea) => html`<${Button} kind="quiet" onClick=${() => setWords(t(`create.${idea}`))}>${t(`create.${idea}`)}<//>`)}
    </div>`}
  </div>`;
}
