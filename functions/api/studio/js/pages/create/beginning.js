/** What a video begins with: words, a template, a text to be spoken, scenes, a song, or a recorded voice. */
import { html } from "../../../vendor/preact.js";
import { isTopic, turnIntoScenes } from "../../lib/draft.js";
import { OWN_AUDIO } from "../../lib/own_audio.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { TextArea } from "../../ui/field.js";
import { Loaded } from "../../ui/loaded.js";

const IDEAS = ["idea_1", "idea_2", "idea_3"];
const loadTemplates = () => import("./templates.js").then((module) => module.Templates);
const loadSongPart = () => import("./sound/song_part.js").then((module) => module.SongPart);
const loadRecordingPart = () => import("./sound/recording_part.js").then((module) => module.RecordingPart);
const loadSceneEditor = () => import("./scene_part.js").then((module) => module.ScenePart);

/** The part of the form that belongs to the way of the draft. `onFiles` gets files that become scenes. */
export function Beginning({ draft, errors, onChange, onPlan, onFiles }) {
  if (draft.way === "template") return html`<${Loaded} load=${loadTemplates} plan=${draft.plan} onPlan=${onPlan} />`;
  if (draft.way === "script") return html`<${Script} draft=${draft} error=${errors.get("script")} onChange=${onChange} />`;
  if (draft.way === "scenes") {
    const setScenes = (scenes) => onChange({ ...draft, plan: { ...draft.plan, scenes } });
    return html`<${Loaded} load=${loadSceneEditor} plan=${draft.plan} errors=${errors} onChange=${setScenes} onFiles=${onFiles} />`;
  }
  if (OWN_AUDIO[draft.way]) return html`<${Loaded} load=${draft.way === "song" ? loadSongPart : loadRecordingPart} draft=${draft} errors=${errors} onChange=${onChange} />`;
  return html`<${Topic} draft=${draft} error=${errors.get("words")} onChange=${onChange} />`;
}

function Topic({ draft, error, onChange }) {
  const setWords = (words) => onChange({ ...draft, words });
  return html`<div class="card stack topic">
    <${TextArea} label=${t("create.topic")} hint=${t("create.topic_hint")} rows="3" data-path="words" value=${draft.words} error=${error} onChange=${setWords} placeholder=${t("create.topic_example")} />
    ${!draft.words && html`<div class="row ideas"><span class="soft small">${t("create.try")}</span>
      ${IDEAS.map((idea) => html`<${Button} kind="quiet" onClick=${() => setWords(t(`create.${idea}`))}>${t(`create.${idea}`)}<//>`)}
    </div>`}
    ${!isTopic(draft.words) && html`<div class="row"><span class="soft small">${t("create.long_words")}</span>
      <${Button} icon="sound" onClick=${() => onChange({ ...draft, way: "script", words: "", script: draft.words })}>${t("create.speak_words")}<//></div>`}
  </div>`;
}

function Script({ draft, error, onChange }) {
  return html`<div class="card stack">
    <${TextArea} label=${t("create.script")} hint=${t("create.script_hint")} rows="10" data-path="script" value=${draft.script} error=${error} onChange=${(script) => onChange({ ...draft, script })} />
    ${draft.script.trim() && html`<div class="row"><span class="soft small">${t("create.script_images")}</span><${Button} icon="edit" onClick=${() => onChange(turnIntoScenes(draft))}>${t("create.script_to_scenes")}<//></div>`}
  </div>`;
}
