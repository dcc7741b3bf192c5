/** The way "my own voice": the recording, what is said in it, and what is shown with it. */
import { html } from "../../../../vendor/preact.js";
import { takeFile } from "../../../lib/own_audio.js";
import { loadStyle } from "../../../place.js";
import { loadTexts, t } from "../../../text.js";
import { TextArea } from "../../../ui/field.js";
import { usePlayer } from "../../../ui/use_player.js";
import { Background } from "./background.js";
import { Recorder } from "./recorder.js";
import { PlayRow } from "./song_listen.js";
import { SoundFile } from "./sound_file.js";
import { useOwnAudio } from "./use_own_audio.js";

await Promise.all([loadTexts("sound"), loadTexts("recording"), loadStyle("song")]);

/** @param {{draft: object, errors: Map<string, string>, onChange: (draft: object) => void}} props */
export function RecordingPart({ draft, errors, onChange }) {
  const [recording, change] = useOwnAudio(draft, "recording", onChange);
  const take = (upload) => change((held) => takeFile(held, upload));
  return html`<div class="stack song">
    <section class="card stack" aria-label=${t("recording.voice")}>
      <h2>${t("recording.voice")}</h2>
      <${SoundFile} audio=${recording} path="narration_audio.upload" label=${t("recording.voice")} error=${errors.get("narration_audio.upload")} onFile=${take}>
        <${Recorder} onUploaded=${take} />
      <//>
      ${recording.upload && html`<${Hear} key=${recording.upload} recording=${recording} />`}
      <p class="soft small">${t("recording.cleaned")}</p>
    </section>
    <section class="card stack"><${TextArea} label=${t("recording.text")} hint=${t("recording.text_hint")} rows="6" lang=${draft.plan.language || undefined} data-path="narration_audio.text" placeholder=${joinNarrations(recording.scenes)} value=${recording.text} error=${errors.get("narration_audio.text")} onChange=${(text) => change({ text })} /></section>
    <section class="card stack"><${Background} audio=${recording} kinds=${["auto", "scenes", "prompt"]} error=${errors.get("background")} onChange=${change} /></section>
  </div>`;
}

/** The text of a finished video stands in its scenes. */
function joinNarrations(scenes) {
  return scenes.map(({ narration }) => narration).filter(Boolean).join(" ");
}

function Hear({ recording }) {
  const player = usePlayer(`/uploads/${encodeURIComponent(recording.upload)}/file`);
  return html`${player.element}<${PlayRow} player=${player} part=${{ start: 0, end: Infinity }} duration=${recording.duration_sec || player.duration} />
    ${player.hasFailed && html`<p class="soft small">${t("sound.cannot_play")}</p>`}`;
}
