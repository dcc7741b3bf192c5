/** The waveform with a block for each word; only what is in view is drawn. */
import { html, useEffect, useMemo, useRef, useState } from "../../../../vendor/preact.js";
import { nudge, rateWord } from "../../../lib/nudge.js";
import { clamp, drawBars, findAfter, makeBars } from "../../../lib/waveform.js";
import { loadStyle } from "../../../place.js";
import { useStore } from "../../../store.js";
import { loadTexts, t } from "../../../text.js";
import { formatClock } from "../../../lib/format.js";
import { useWidth } from "../../../ui/use_width.js";
import { formatHundredths, useSung } from "./times_words.js";

await Promise.all([loadTexts("times"), loadStyle("times")]);

const WAVE_HEIGHT = 84;
const BAR_PX = 3;
/** What is drawn beside the view, in pixels. */
const MARGIN_PX = 300;
/** The part at each end of a block that moves this end alone, in pixels. */
const EDGE_PX = 10;
const NARROWEST_PX = 10;

/** `scale`: pixels of a second. `onChange` gets lines after a drag; `onMove(seconds)` and `onNext(direction)` are by key. */
export function TimesStrip({ lines, place, scale, duration, peaks, beats, player, language, onSelect, onChange, onMove, onNext, onHear }) {
  const box = useRef();
  const width = useWidth(box);
  const [left, setLeft] = useState(0);
  const [drag, setDrag] = useState(null);
  const shown = drag?.lines ?? lines;
  const sung = useSung(shown, player.time);
  const [from, to] = [Math.max(0, (left - MARGIN_PX) / scale), Math.min(duration, (left + width + MARGIN_PX) / scale)];
  useView(box, width, scale, player, lines, place);
  const begin = (event, at, part) => {
    event.preventDefault();
    event.stopPropagation();
    onSelect(at);
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ at, part, x: event.clientX, lines });
  };
  const move = (event) => {
    if (!drag) return;
    setDrag({ ...drag, lines: nudge(lines, drag.at, drag.part, (event.clientX - drag.x) / scale, duration).lines });
  };
  const end = () => {
    if (drag && drag.lines !== lines) onChange(drag.lines);
    setDrag(null);
  };
  const events = { onPointerMove: move, onPointerUp: end, onPointerCancel: () => setDrag(null) };
  const press = (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1 };
    const words = { ArrowUp: -1, ArrowDown: 1 };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (steps[event.key]) onMove(steps[event.key] * (event.shiftKey ? 0.1 : 0.01));
    else if (words[event.key]) onNext(words[event.key]);
    else if (event.key === "Enter" || event.key === " ") onHear(place);
    else return;
    event.preventDefault();
  };
  const seek = (event) => player.seek(clamp((event.clientX - event.currentTarget.getBoundingClientRect().left) / scale, 0, duration));
  return html`<div class="strip" ref=${box} role="group" aria-label=${t("times.strip")} onScroll=${(event) => setLeft(event.currentTarget.scrollLeft)}>
    <div class="strip-inner" style=${{ width: `${duration * scale}px` }}>
      <div class="strip-wave" onClick=${seek}><${Wave} peaks=${peaks} beats=${beats} duration=${duration} from=${from} to=${to} scale=${scale} /></div>
      ${listSeconds(from, to, scale).map((second) => html`<span key=${`s${second}`} class="strip-second numbers" aria-hidden="true" style=${{ left: `${second * scale}px` }}>${formatClock(second)}</span>`)}
      ${shown.map((line, index) => isIn(line.words, from, to) && html`<${LineBlocks} key=${index} line=${line} index=${index} scale=${scale} chosen=${place.line === index ? place.word : -1} sung=${sung?.line === index ? sung.word : -1} language=${language} events=${events} onBegin=${begin} onKey=${press} onSelect=${onSelect} />`)}
      <${Playhead} player=${player} scale=${scale} />
    </div>
  </div>`;
}

/** Keep the chosen word, and what is heard, in view. */
function useView(box, width, scale, player, lines, place) {
  const { start_sec: start } = lines[place.line].words[place.word];
  useEffect(() => {
    if (!width) return;
    const x = start * scale;
    const { scrollLeft } = box.current;
    if (x < scrollLeft + 24 || x > scrollLeft + width - 80) box.current.scrollLeft = x - width / 3;
    const chosen = box.current.querySelector(".word[tabindex='0']");
    if (box.current.contains(document.activeElement) && document.activeElement.classList.contains("word")) requestAnimationFrame(() => (box.current?.querySelector(".word[tabindex='0']") ?? chosen)?.focus({ preventScroll: true }));
  }, [place, start, scale, width > 0]);
  useEffect(() => player.time.listen((seconds) => {
    if (!player.isPlaying || !box.current) return;
    const x = seconds * scale;
    if (x < box.current.scrollLeft || x > box.current.scrollLeft + width * 0.85) box.current.scrollLeft = x - width * 0.15;
  }), [player.time, player.isPlaying, scale, width]);
}

function isIn(words, from, to) {
  return words[0].start_sec <= to && words.at(-1).end_sec >= from;
}

function listSeconds(from, to, scale) {
  const step = scale >= 140 ? 1 : scale >= 80 ? 2 : 5;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, index) => first + index * step);
}

function Wave({ peaks, beats, duration, from, to, scale }) {
  const width = Math.max(1, Math.round((to - from) * scale));
  const bars = useMemo(() => makeBars(peaks, duration, from, to, Math.max(1, Math.round(width / BAR_PX))), [peaks, duration, from, to, width]);
  const ticks = beats.slice(findAfter(beats, from), findAfter(beats, to));
  return html`<svg width=${width} height=${WAVE_HEIGHT} viewBox=${`0 0 ${width} ${WAVE_HEIGHT}`} style=${{ left: `${from * scale}px` }} aria-hidden="true">
    <path class="strip-beats" d=${ticks.map((beat) => `M${Math.round((beat - from) * scale)} 0v${WAVE_HEIGHT}`).join("")} />
    <path class="strip-bars" d=${drawBars(bars, width, WAVE_HEIGHT - 10)} transform="translate(0 5)" />
  </svg>`;
}

function Playhead({ player, scale }) {
  const seconds = useStore(player.time);
  return html`<span class="strip-head" style=${{ left: `${seconds * scale}px` }} />`;
}

function LineBlocks({ line, index, scale, chosen, sung, language, events, onBegin, onKey, onSelect }) {
  const [first, last] = [line.words[0], line.words.at(-1)];
  const span = { left: `${first.start_sec * scale}px`, width: `${(last.end_sec - first.start_sec) * scale}px` };
  return html`<span class=${`line-bar ${chosen >= 0 ? "chosen" : ""}`} style=${span} aria-hidden="true" title=${t("times.drag_line")} onPointerDown=${(event) => onBegin(event, { line: index, word: Math.max(0, chosen) }, "line")} ...${events}><span>${index + 1}</span></span>
    ${line.words.map((word, at) => html`<${WordBlock} key=${at} word=${word} scale=${scale} isChosen=${at === chosen} isSung=${at === sung} language=${language} number=${index + 1} onKey=${onKey} events=${events} onSelect=${() => onSelect({ line: index, word: at })} onBegin=${(event, part) => onBegin(event, { line: index, word: at }, part)} />`)}`;
}

function WordBlock({ word, scale, isChosen, isSung, language, number, events, onKey, onSelect, onBegin }) {
  const width = Math.max(NARROWEST_PX, (word.end_sec - word.start_sec) * scale);
  const edge = Math.min(EDGE_PX, width / 4);
  const rating = rateWord(word);
  const begin = (event) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - left;
    event.currentTarget.focus({ preventScroll: true });
    onBegin(event, x < edge ? "start" : x > width - edge ? "end" : "word");
  };
  const label = t("times.word_label", { word: word.text, number, start: formatHundredths(word.start_sec), end: formatHundredths(word.end_sec), rating: t(`times.rating_${rating}`) });
  return html`<button type="button" class=${`word ${rating} ${isChosen ? "chosen" : ""} ${isSung ? "sung" : ""}`} style=${{ left: `${word.start_sec * scale}px`, width: `${width}px` }} tabindex=${isChosen ? 0 : -1} aria-label=${label} aria-pressed=${isChosen} title=${`${word.text}: ${t(`times.rating_${rating}`)}`}
    onPointerDown=${begin} ...${events} onFocus=${() => isChosen || onSelect()} onKeyDown=${onKey}><span lang=${language || undefined} aria-hidden="true">${word.text}${rating === "unsure" || rating === "guess" ? "?" : ""}</span></button>`;
}
