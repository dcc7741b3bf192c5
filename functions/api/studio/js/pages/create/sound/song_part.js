/** The way "song": the song and its part, the words, their look, and what is shown behind them. */
import { html } from "../../../../vendor/preact.js";
import { takeFile } from "../../../lib/own_audio.js";
import { loadStyle } from "../../../place.js";
import { loadTexts, t } from "../../../text.js";
import { Background } from "./background.js";
import { LookCards } from "./look_cards.js";
import { LyricsField } from "./lyrics_field.js";
import { SongListen } from "./song_listen.js";
import { SoundFile } from "./sound_file.js";
import { useAnalysis } from "./use_analysis.js";
import { useOwnAudio } from "./use_own_audio.js";

await Promise.all([loadTexts("sound"), loadStyle("song")]);

/** @param {{draft: object, errors: Map<string, string>, onChange: (draft: object) => void}} props */
export function SongPart({ draft, errors, onChange }) {
  const [song, change] = useOwnAudio(draft, "song", onChange);
  const analysis = useAnalysis(song.upload, song.best_sec);
  return html`<div class="stack song">
    <section class="card stack" aria-label=${t("sound.song")}>
      <h2>${t("sound.song")}</h2>
      <${SoundFile} audio=${song} path="song.upload" label=${t("sound.song")} error=${errors.get("song.upload")} onFile=${(upload) => change((held) => takeFile(held, upload))} />
      ${song.upload && html`<${SongListen} key=${song.upload} song=${song} analysis=${analysis} error=${errors.get("song.part")} onChange=${change} />`}
    </section>
    <section class="card stack" aria-label=${t("sound.lyrics")}>
      <${LyricsField} song=${song} language=${draft.plan.language} analysis=${analysis.value} error=${errors.get("song.lyrics")} onChange=${change} />
    </section>
    ${song.lyrics.trim() && html`<section class="card stack"><${LookCards} value=${song.look} language=${draft.plan.language} error=${errors.get("song.look")} onChange=${(look) => change({ look })} /></section>`}
    <section class="card stack"><${Background} audio=${song} kinds=${["color", "scenes", "prompt"]} error=${errors.get("background")} onChange=${change} /></section>
  </div>`;
}
