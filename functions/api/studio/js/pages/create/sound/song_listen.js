/** Hear the song, see what is heard in it, and choose the part that is used. */
import { html } from "../../../../vendor/preact.js";
import { formatClock, formatNumber } from "../../../lib/format.js";
import { findPart } from "../../../lib/own_audio.js";
import { loadStyle } from "../../../place.js";
import { useStore } from "../../../store.js";
import { loadTexts, t } from "../../../text.js";
import { Button } from "../../../ui/button.js";
import { ErrorBox } from "../../../ui/error_box.js";
import { Choice, FieldError, Select, TextField } from "../../../ui/field.js";
import { Icon } from "../../../ui/icon.js";
import { usePlayer } from "../../../ui/use_player.js";
import { PartPicker, SHORTEST_PART } from "./part_picker.js";

await Promise.all([loadTexts("sound"), loadStyle("song")]);

const LENGTHS = [15, 30, 45, 60, 90];

/** `analysis`: of useAnalysis. `onChange` gets the fields of the song that change. */
export function SongListen({ song, analysis, error, onChange }) {
  const player = usePlayer(`/uploads/${encodeURIComponent(song.upload)}/file`);
  const facts = analysis.value;
  const duration = facts?.duration_sec ?? song.duration_sec;
  const part = findPart(song, duration, facts?.best);
  return html`${player.element}
    <div class="row between">
      <${PlayRow} player=${player} part=${part} duration=${duration} />
      ${facts ? html`<${Facts} facts=${facts} />` : analysis.isLoading && html`<span class="row soft small" role="status"><span class="spinner" />${t("sound.listening")}</span>`}
    </div>
    ${player.hasFailed && html`<p class="soft small">${t("sound.cannot_play")}</p>`}
    ${facts ? html`<${PartPicker} analysis=${facts} part=${part} player=${player} onChange=${({ start, end }) => onChange({ part: "own", start_sec: start, end_sec: end })} />` : html`<div class="song-wave empty" aria-hidden="true" />`}
    <${ErrorBox} error=${analysis.error} onRetry=${analysis.retry} />
    ${facts?.notices?.map((notice) => html`<p class="soft small">${notice}</p>`)}
    <${PartChoice} song=${song} part=${part} duration=${duration} best=${facts?.best ?? []} error=${error} onChange=${onChange} />`;
}

/** Play, or stop; and where it is. */
export function PlayRow({ player, part, duration }) {
  const seconds = useStore(player.time);
  const end = part.end || Infinity; // the length of the file is not known yet
  const isInside = seconds >= part.start && seconds < end - 0.05;
  const toggle = () => (player.isPlaying ? player.pause() : player.play(isInside ? undefined : part.start, end));
  return html`<div class="row play-row">
    <button type="button" class="play" aria-label=${t(player.isPlaying ? "sound.pause" : "sound.play")} title=${t(player.isPlaying ? "sound.pause" : "sound.play")} onClick=${toggle}><${Icon} name=${player.isPlaying ? "pause" : "play"} /></button>
    <span class="numbers">${formatClock(Math.floor(seconds))} <span class="soft">/ ${formatClock(duration)}</span></span>
  </div>`;
}

function Facts({ facts }) {
  return html`<ul class="plain row song-facts">
    ${facts.tempo_bpm && html`<li class="tag">${t("sound.tempo", { bpm: formatNumber(facts.tempo_bpm, 0) })}</li>`}
    ${facts.key && html`<li class="tag">${nameKey(facts.key)}</li>`}
    ${facts.loudness_lufs !== null && html`<li class="tag">${t("sound.loudness", { lufs: formatNumber(facts.loudness_lufs, 0) })}</li>`}
  </ul>`;
}

/** Return a key in words, such as "A minor". */
function nameKey(key) {
  const [tone, mode] = key.split(" ");
  return mode === "minor" || mode === "major" ? t(`sound.key_${mode}`, { tone: tone.replace("b", "♭").replace("#", "♯") }) : key;
}

function PartChoice({ song, part, duration, best, error, onChange }) {
  const choose = (one) => onChange(one === "own" ? { part: one, start_sec: part.start, end_sec: part.end } : { part: one });
  const set = (name) => (text) => {
    const seconds = Math.round(Number(text) * 100) / 100;
    if (text !== "" && Number.isFinite(seconds)) onChange({ part: "own", start_sec: part.start, end_sec: part.end, [`${name}_sec`]: seconds });
  };
  const exact = (seconds) => String(Math.round(seconds * 100) / 100);
  return html`<div class="field stack tight" data-path="song.part">
    <${Choice} label=${t("sound.part")} value=${song.part} options=${["whole", "best", "own"].map((one) => [one, t(`sound.part_${one}`)])} onChange=${choose} />
    ${song.part === "best" && html`<div class="part-fields"><${Select} label=${t("sound.best_length")} value=${String(song.best_sec)} options=${LENGTHS.map((one) => [String(one), t("create.seconds", { count: one })])} onChange=${(one) => onChange({ best_sec: Number(one) })} />
      ${best.length > 0 && html`<ul class="plain stack tight best">${best.map((one, index) => html`<li key=${one.start_sec}><span class=${`numbers tag ${index ? "" : "accent"}`}>${formatClock(one.start_sec)}–${formatClock(one.end_sec)}</span> <span class="small">${one.reason}</span>
        ${index > 0 && html` <${Button} kind="quiet" onClick=${() => onChange({ part: "own", start_sec: one.start_sec, end_sec: one.end_sec })}>${t("sound.take")}<//>`}</li>`)}</ul>`}</div>`}
    ${song.part === "own" && html`<div class="part-fields">${["start", "end"].map((name) => html`<${TextField} key=${name} label=${t(`sound.${name}_sec`)} type="number" inputmode="decimal" step="0.01" min=${name === "start" ? "0" : exact(part.start + SHORTEST_PART)} max=${exact(duration)} value=${exact(name === "start" ? part.start : part.end)} onChange=${set(name)} />`)}</div>`}
    <${FieldError} error=${error} />
  </div>`;
}
