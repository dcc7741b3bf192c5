/** The words of a song on its waveform: hear them, see how sure each time is, and move them. */
import { html, useEffect, useRef, useState } from "../../../../vendor/preact.js";
import { writeLrc } from "../../../lib/lrc.js";
import { findNeighbour, nudge, rateWord } from "../../../lib/nudge.js";
import { loadStyle } from "../../../place.js";
import { loadTexts, t } from "../../../text.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { Choice } from "../../../ui/field.js";
import { usePlayer } from "../../../ui/use_player.js";
import { TimesList } from "./times_list.js";
import { TimesStrip } from "./times_strip.js";
import { formatHundredths } from "./times_words.js";
import { usePeaks } from "./use_peaks.js";

await Promise.all([loadTexts("times"), loadStyle("times")]);

const PARTS = ["word", "start", "end", "line", "all"];
const STEPS = [-0.1, -0.01, 0.01, 0.1];
/** Pixels of a second, from the widest view to the closest. */
const ZOOMS = [40, 80, 140, 240, 400];
const MOST_UNDONE = 200;

/** @param {{song: object, lines: import("../../../lib/lrc.js").Line[], language: string | null, analysis: object | null, onChange: (fields: object) => void}} props */
export function TimesEditor({ song, lines, language, analysis, onChange }) {
  const url = `/uploads/${encodeURIComponent(song.upload)}/file`;
  const player = usePlayer(url);
  const duration = analysis?.duration_sec || song.duration_sec || lines.at(-1).words.at(-1).end_sec + 1;
  const peaks = usePeaks(url, duration, analysis?.peaks);
  const [held, setPlace] = useState({ line: 0, word: 0 });
  const place = lines[held.line]?.words[held.word] ? held : { line: 0, word: 0 };
  const [part, setPart] = useState("word");
  const [zoom, setZoom] = useState(2);
  const history = useHistory(lines, (next) => {
    const text = writeLrc(next);
    onChange({ lyrics: text, times: { text, lines: next } });
  });
  const word = lines[place.line].words[place.word];
  const move = (seconds, what = part) => {
    const next = nudge(lines, place, what, seconds, duration);
    if (!next.moved) return announce(t("times.no_room"));
    history.change(next.lines);
    const moved = next.lines[place.line].words[place.word];
    announce(t("times.moved", { word: moved.text, start: formatHundredths(moved.start_sec), end: formatHundredths(moved.end_sec) }));
  };
  const hear = ({ line, word: at }) => player.play(Math.max(0, lines[line].words[at].start_sec - 0.05), lines[line].words[at].end_sec);
  const pressKey = (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      (event.shiftKey ? history.redo : history.undo)();
    }
  };
  return html`<div class="times stack" role="group" aria-label=${t("times.title")} onKeyDown=${pressKey}>
    ${player.element}
    <div class="row between">
      <div class="row tight-row">
        <${Button} kind="primary" icon=${player.isPlaying ? "pause" : "play"} onClick=${() => (player.isPlaying ? player.pause() : player.play())}>${t(player.isPlaying ? "times.pause" : "times.play")}<//>
        <${Button} kind="quiet" icon="undo" label=${t("times.undo")} isDisabled=${!history.canUndo} onClick=${history.undo} />
        <${Button} kind="quiet" icon="redo" label=${t("times.redo")} isDisabled=${!history.canRedo} onClick=${history.redo} />
      </div>
      <div class="row tight-row">
        <${Button} kind="quiet" icon="minus" label=${t("times.zoom_out")} isDisabled=${zoom === 0} onClick=${() => setZoom(zoom - 1)} />
        <${Button} kind="quiet" icon="plus" label=${t("times.zoom_in")} isDisabled=${zoom === ZOOMS.length - 1} onClick=${() => setZoom(zoom + 1)} />
      </div>
    </div>
    <${TimesStrip} lines=${lines} place=${place} scale=${ZOOMS[zoom]} duration=${duration} peaks=${peaks} beats=${analysis?.beats ?? []} player=${player} language=${language}
      onSelect=${setPlace} onChange=${history.change} onMove=${move} onNext=${(direction) => setPlace(findNeighbour(lines, place, direction))} onHear=${hear} />
    <${Chosen} word=${word} onHear=${() => hear(place)} />
    <${Choice} label=${t("times.part")} value=${part} options=${PARTS.map((one) => [one, t(`times.part_${one}`)])} onChange=${setPart} />
    <div class="row nudges" role="group" aria-label=${t("times.nudge")}>${STEPS.map((step) => html`<${Button} key=${step} onClick=${() => move(step)}>${step > 0 ? "+" : "−"}${String(Math.abs(step))}<//>`)}
      <${NextDoubt} lines=${lines} place=${place} onSelect=${setPlace} /></div>
    <p class="soft small">${t("times.keys")}</p>
    <${TimesList} lines=${lines} place=${place} player=${player} language=${language} onSelect=${setPlace} onHearLine=${(line) => player.play(lines[line].words[0].start_sec, lines[line].words.at(-1).end_sec)} />
  </div>`;
}

/** The word that moves: its times, and how sure they are. */
function Chosen({ word, onHear }) {
  const rating = rateWord(word);
  return html`<div class="row word-facts"><${Button} kind="quiet" icon="sound" label=${t("times.hear", { word: word.text })} onClick=${onHear} />
    <strong>${word.text}</strong><span class="numbers">${formatHundredths(word.start_sec)} – ${formatHundredths(word.end_sec)}</span><span class=${`rating ${rating}`}>${t(`times.rating_${rating}`)}</span></div>`;
}

function NextDoubt({ lines, place, onSelect }) {
  const doubts = lines.flatMap(({ words }, line) => words.flatMap((one, word) => (["unsure", "guess"].includes(rateWord(one)) ? [{ line, word }] : [])));
  if (!doubts.length) return null;
  const next = doubts.find(({ line, word }) => line > place.line || (line === place.line && word > place.word)) ?? doubts[0];
  return html`<${Button} kind="quiet" icon="right" onClick=${() => onSelect(next)}>${t("times.next_doubt", { count: doubts.length })}<//>`;
}

/** Lines that can be brought back. */
function useHistory(lines, onChange) {
  const [stacks, setStacks] = useState({ undone: [], done: [] });
  const latest = useRef(lines);
  useEffect(() => {
    latest.current = lines;
  }, [lines]);
  const change = (next) => {
    setStacks(({ done }) => ({ done: [...done, latest.current].slice(-MOST_UNDONE), undone: [] }));
    latest.current = next;
    onChange(next);
  };
  const step = (from, to) => () => {
    const next = stacks[from].at(-1);
    if (!next) return;
    setStacks({ [from]: stacks[from].slice(0, -1), [to]: [...stacks[to], latest.current] });
    latest.current = next;
    onChange(next);
    announce(t(from === "done" ? "times.undone" : "times.redone"));
  };
  return { change, undo: step("done", "undone"), redo: step("undone", "done"), canUndo: stacks.done.length > 0, canRedo: stacks.undone.length > 0 };
}
