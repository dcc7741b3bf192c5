/** The waveform of a song, with its sections and beats, and two handles around the part that is used. */
import { html, useMemo, useRef, useState } from "../../../../vendor/preact.js";
import { formatClock } from "../../../lib/format.js";
import { clamp, drawBars, drawTicks, makeBars, snap, stepTo } from "../../../lib/waveform.js";
import { loadStyle } from "../../../place.js";
import { useStore } from "../../../store.js";
import { loadTexts, t } from "../../../text.js";
import { useWidth } from "../../../ui/use_width.js";

await Promise.all([loadTexts("sound"), loadStyle("song")]);

const HEIGHT = 96;
const BAR_PX = 4;
/** Ticks that are nearer to each other than this are left out, in pixels. */
const TICK_PX = 6;
const SNAP_PX = 10;
/** The shortest part of a song that a video can have, in seconds. */
export const SHORTEST_PART = 3;

/**
 * @param {{analysis: object, part: {start: number, end: number}, player: object, onChange: (part: {start: number,
 *   end: number}) => void}} props `onChange`: at the end of a movement
 */
export function PartPicker({ analysis, part, player, onChange }) {
  const box = useRef();
  const width = useWidth(box);
  const [dragged, setDragged] = useState(null);
  const duration = analysis.duration_sec;
  const { start, end } = dragged ?? part;
  const times = useMemo(() => (analysis.downbeats?.length > 1 ? analysis.downbeats : (analysis.beats ?? [])), [analysis]);
  const toTime = (event) => {
    const { left } = box.current.getBoundingClientRect();
    return clamp(((event.clientX - left) / width) * duration, 0, duration);
  };
  const place = (name, seconds) => {
    const value = Math.round(seconds * 100) / 100;
    return name === "start" ? { start: clamp(value, 0, end - SHORTEST_PART), end } : { start, end: clamp(value, start + SHORTEST_PART, duration) };
  };
  const drag = (name) => ({
    onPointerDown: (event) => {
      event.preventDefault();
      event.stopPropagation();
      event.currentTarget.focus();
      event.currentTarget.setPointerCapture(event.pointerId);
      setDragged({ start, end });
    },
    onPointerMove: (event) => dragged && setDragged(place(name, snap(toTime(event), times, (SNAP_PX / width) * duration))),
    onPointerUp: () => dragged && (setDragged(null), onChange(dragged)),
    onPointerCancel: () => setDragged(null),
    onKeyDown: (event) => {
      const moved = moveByKey(event, name === "start" ? start : end, times, name === "start" ? 0 : duration);
      if (moved !== null) onChange(place(name, moved));
    },
  });
  const hear = (event) => player.seek(toTime(event));
  return html`<div class="wave-box">
    <div class="song-wave" ref=${box} onPointerDown=${hear}>
      ${width > 0 && html`<${Drawing} analysis=${analysis} width=${width} start=${start} end=${end} />`}
      <span class="wave-out" style=${{ insetInlineStart: 0, width: `${(100 * start) / duration}%` }} />
      <span class="wave-out" style=${{ insetInlineEnd: 0, width: `${100 - (100 * end) / duration}%` }} />
      <${Playhead} player=${player} duration=${duration} />
      ${["start", "end"].map((name) => html`<${Handle} key=${name} name=${name} seconds=${name === "start" ? start : end} low=${name === "start" ? 0 : start + SHORTEST_PART} high=${name === "start" ? end - SHORTEST_PART : duration} duration=${duration} ...${drag(name)} />`)}
    </div>
    <${Sections} sections=${analysis.sections ?? []} duration=${duration} />
  </div>`;
}

/** Return the time to which a key moves a handle; null for other keys. */
function moveByKey(event, seconds, times, limit) {
  const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  const isEdge = event.key === "Home" || event.key === "End";
  if (!direction && !isEdge) return null;
  event.preventDefault();
  if (isEdge) return limit;
  return event.shiftKey ? seconds + direction * 0.1 : stepTo(seconds, times, direction, 1);
}

function Drawing({ analysis, width, start, end }) {
  const { peaks, duration_sec: duration, beats = [], downbeats = [] } = analysis;
  const bars = useMemo(() => makeBars(peaks ?? [], duration, 0, duration, Math.max(1, Math.floor(width / BAR_PX))), [peaks, duration, width]);
  const isWide = (times) => times.length > 1 && (width * (times.at(-1) - times[0])) / duration / (times.length - 1) >= TICK_PX;
  const ticks = isWide(beats) ? beats : isWide(downbeats) ? downbeats : [];
  const [first, last] = [Math.round((start / duration) * bars.length), Math.round((end / duration) * bars.length)];
  return html`<svg viewBox=${`0 0 ${width} ${HEIGHT}`} width=${width} height=${HEIGHT} aria-hidden="true">
    <path class="wave-beats" d=${drawTicks(ticks, duration, width, HEIGHT)} />
    ${ticks !== downbeats && isWide(downbeats) && html`<path class="wave-beats strong" d=${drawTicks(downbeats, duration, width, HEIGHT)} />`}
    <path class="wave-bars" d=${drawBars(bars, width, HEIGHT)} />
    <path class="wave-bars chosen" d=${drawBars(bars, width, HEIGHT, first, last)} />
  </svg>`;
}

function Playhead({ player, duration }) {
  const seconds = useStore(player.time);
  return html`<span class="playhead" style=${{ insetInlineStart: `${(100 * Math.min(seconds, duration)) / duration}%` }} />`;
}

function Handle({ name, seconds, low, high, duration, ...events }) {
  return html`<span class=${`handle ${name}`} role="slider" tabindex="0" aria-label=${t(`sound.handle_${name}`)} aria-valuemin=${round(low)} aria-valuemax=${round(high)} aria-valuenow=${round(seconds)} aria-valuetext=${formatExact(seconds)}
    style=${{ insetInlineStart: `${(100 * seconds) / duration}%` }} ...${events}><i /></span>`;
}

function round(seconds) {
  return Math.round(seconds * 100) / 100;
}

/** Return a time as a clock with tenths: "1:02.5". */
export function formatExact(seconds) {
  const tenths = Math.round(seconds * 10);
  return `${formatClock(Math.floor(tenths / 10))}.${tenths % 10}`;
}

/** The parts of the song: those that sound alike have the same letter. */
function Sections({ sections, duration }) {
  if (!sections.length) return null;
  return html`<ol class="plain sections" aria-label=${t("sound.sections")}>${sections.map((section) => html`<li key=${section.start_sec} class=${`kind-${(section.label.charCodeAt(0) - 65) % 4}`} style=${{ width: `${(100 * (section.end_sec - section.start_sec)) / duration}%` }}>
    <span aria-hidden="true">${section.label}</span><span class="visually-hidden">${t("sound.section", { label: section.label, start: formatClock(section.start_sec), end: formatClock(section.end_sec) })}</span></li>`)}</ol>`;
}
