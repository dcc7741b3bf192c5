/** The words of a song: pasted, from a file, or none; with the times of each word when they are wanted. */
import { html, useEffect, useMemo, useRef, useState } from "../../../../vendor/preact.js";
import { call } from "../../../api.js";
import { decodeText } from "../../../lib/decode_text.js";
import { readLrc } from "../../../lib/lrc.js";
import { roundTimes } from "../../../lib/nudge.js";
import { loadStyle } from "../../../place.js";
import { loadTexts, t } from "../../../text.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { ErrorBox } from "../../../ui/error_box.js";
import { TextArea } from "../../../ui/field.js";
import { Icon } from "../../../ui/icon.js";
import { Loaded } from "../../../ui/loaded.js";
import { follow } from "./use_analysis.js";

await Promise.all([loadTexts("sound"), loadStyle("song")]);

const loadTimes = () => import("./times_editor.js").then((module) => module.TimesEditor);

/** @param {{song: object, language: string | null, analysis: object | null, error?: string, onChange: (fields: object) => void}} props */
export function LyricsField({ song, language, analysis, error, onChange }) {
  const input = useRef();
  const alignment = useAlignment(song, language, onChange);
  const take = async (file) => file && onChange({ lyrics: decodeText(await file.arrayBuffer()), times: null });
  const lines = useMemo(() => findLines(song), [song.times, song.lyrics]);
  return html`<div class="row between"><h2>${t("sound.lyrics")}</h2>
      <${Button} kind="quiet" icon="upload" onClick=${() => input.current.click()}>${t("sound.lyrics_file")}<//>
      <input type="file" ref=${input} hidden accept=".lrc,.srt,.txt,text/plain" aria-label=${t("sound.lyrics_file")} onChange=${(event) => { take(event.currentTarget.files[0]); event.currentTarget.value = ""; }} /></div>
    <div data-path="song.lyrics"><${Folded} isFolded=${Boolean(lines && song.upload)}><${TextArea} label=${html`<span class="visually-hidden">${t("sound.lyrics")}</span>`} hint=${t("sound.lyrics_hint")} rows="7" lang=${language || undefined} value=${song.lyrics} error=${error} onChange=${(lyrics) => onChange({ lyrics })} /><//></div>
    ${song.lyrics.trim() && song.upload && !lines && html`<div class="row"><${Button} icon="clock" isBusy=${alignment.isLoading} onClick=${alignment.start}>${t("sound.check_times")}<//>
      <span class="soft small" role="status">${alignment.isLoading ? t("sound.aligning") : t("sound.check_times_hint")}</span></div>`}
    <${ErrorBox} error=${alignment.error} onRetry=${alignment.start} />
    ${alignment.notices.map((notice) => html`<div class="note warn small"><${Icon} name="info" /><p>${notice}</p></div>`)}
    ${lines && song.upload && html`<${Loaded} load=${loadTimes} song=${song} lines=${lines} language=${language} analysis=${analysis} onChange=${onChange} />`}`;
}

/** The lines whose words all have times; null for other lyrics. */
function findLines({ times, lyrics }) {
  if (times?.text === lyrics) return times.lines;
  const timed = lyrics.includes("<") ? readLrc(lyrics) : null;
  return timed && roundTimes(timed);
}

/** Lyrics with the times of their words are for programs; people read the lines below. What is typed in stays in its place. */
function Folded({ isFolded, children }) {
  const [isOpen, setOpen] = useState(false);
  return html`<details class="more" open=${!isFolded || isOpen} onToggle=${(event) => isFolded && setOpen(event.currentTarget.open)}>
    <summary hidden=${!isFolded}><${Icon} name="right" />${t("sound.change_words")}</summary><div class="content">${children}</div>
  </details>`;
}

/** Find the times of the words; `start` begins it. */
function useAlignment(song, language, onChange) {
  const [state, setState] = useState({ error: null, isLoading: false, notices: [] });
  const stopping = useRef(null);
  useEffect(() => () => stopping.current?.abort(), [song.upload, song.lyrics]);
  useEffect(() => setState({ error: null, isLoading: false, notices: [] }), [song.upload]);
  const finish = (lines, notices) => {
    setState({ error: null, isLoading: false, notices });
    onChange({ times: { text: song.lyrics, lines: roundTimes(lines) } });
    announce(t("sound.aligned"));
  };
  const start = async () => {
    const stop = new AbortController();
    stopping.current = stop;
    setState({ error: null, isLoading: true, notices: [] });
    try {
      const body = { upload_id: song.upload, lyrics: song.lyrics, ...(language ? { language } : {}) };
      const begun = await call("POST", "/lyrics/align", { body, signal: stop.signal });
      const answer = await follow(`/lyrics/alignments/${begun.alignment_id}`, begun, stop.signal);
      finish(answer.lines, answer.notices ?? []);
    } catch (error) {
      if (stop.signal.aborted) setState((before) => ({ ...before, isLoading: false }));
      else setState({ error, isLoading: false, notices: [] });
    }
  };
  return { ...state, start };
}
