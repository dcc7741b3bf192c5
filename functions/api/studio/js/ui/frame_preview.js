/**
 * FramePreview shows one frame of a video exactly as the renderer will draw it, with a slider over the time of its scene.
 *
 *   html`<${FramePreview} jobId=${id} scene=${2} words=${scene.narration} patch=${patch} version=${status.updated_at} />`
 *
 * It works in every state of a job whose plan has scenes: a card stands for an image that is not made yet, and words
 * whose narration is not made yet have their estimated length. A new `patch`, `plan`, `scene` or `language` shows about a
 * third of a second later; give them as they are typed, it waits for a pause and drops what is out of date.
 */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { formatClock, formatNumber } from "../lib/format.js";
import { chooseFrameWidth, makeFrameCall } from "../lib/frame_call.js";
import { loadStyle } from "../place.js";
import { loadTexts, t } from "../text.js";
import { ErrorBox } from "./error_box.js";
import { Icon } from "./icon.js";
import { useFrame } from "./use_frame.js";

await Promise.all([loadTexts("frame"), loadStyle("frame")]);

const STEP_SEC = 0.1;

/**
 * @param {object} props
 * @param {string | null} [props.jobId] left out: `plan` is no job yet
 * @param {number} [props.scene] the index of the scene, from 0; left out: the slider runs over the whole video
 * @param {string} [props.words] the words of the scene, for readers who do not see the image
 * @param {object | null} [props.patch] a change of the plan, as PATCH /render/ID/plan takes it; nothing is stored
 * @param {object | null} [props.plan] a whole plan with its scenes, in place of the job's and of `patch`
 * @param {object | null} [props.brand] the fields of a brand that is not stored, which `plan` is shown with
 * @param {boolean} [props.isSample] the plan only shows a look, so nothing is said about what is not made yet
 * @param {"en" | "hi" | "none" | null} [props.language] of the captions in the image; left out: that of the video
 * @param {number | null} [props.at] seconds of the scene (or video) to begin with; left out: the moment that shows the
 *   title, or else a caption
 * @param {string} [props.aspect] "16:9", "9:16" or "1:1": the place that is kept until the first image is there
 * @param {boolean} [props.hasSlider]
 * @param {unknown} [props.version] a change loads the frame again, such as the plan's version or the number of images made
 * @param {(facts: {time: number, scene: number, start: number, end: number, length: number,
 *   missing: {scene: number, role: "image" | "narration"}[]}) => void} [props.onFacts] told of each frame that is shown
 */
export function FramePreview({ jobId, scene, words = "", patch = null, plan = null, brand = null, isSample = false, language = null, at = null, aspect = "16:9", hasSlider = true, version, onFacts }) {
  const [second, setSecond] = useState(at);
  const [width, setWidth] = useState(0);
  const [ratio, setRatio] = useState(aspect.replace(":", " / "));
  const figure = useRef(null);
  useEffect(() => setSecond(at), [jobId, scene, at]);
  useEffect(() => watchWidth(figure.current, (pixels) => setWidth((before) => Math.max(before, chooseFrameWidth(pixels)))), []);
  const frameCall = width ? makeFrameCall({ jobId, scene, at: second, width, language, patch, plan, brand }) : null;
  const { url, facts, error, isLoading, reload } = useFrame(frameCall, version);
  useEffect(() => {
    if (facts) onFacts?.(facts);
  }, [facts]);
  return html`<figure class="frame-preview" ref=${figure} aria-busy=${isLoading || undefined}>
    <div class="picture" style=${{ aspectRatio: ratio }}>
      ${url && html`<img src=${url} alt=${describeFrame(scene, words)} onLoad=${({ currentTarget: image }) => setRatio(`${image.naturalWidth} / ${image.naturalHeight}`)} />`}
      ${isLoading && html`<span class="spinner" />`}
    </div>
    ${facts && !isSample && html`<${Missing} facts=${facts} />`}
    ${hasSlider && facts && html`<${TimeSlider} scene=${scene} facts=${facts} second=${second} onChange=${setSecond} />`}
    ${error && html`<${FrameError} error=${error} onRetry=${reload} />`}
  </figure>`;
}

/** Tell `onWidth` the width of `element` in pixels of the screen, now and after each change. Returns how to stop. */
function watchWidth(element, onWidth) {
  const observer = new ResizeObserver(() => onWidth(element.clientWidth * Math.min(window.devicePixelRatio, 2)));
  observer.observe(element);
  return () => observer.disconnect();
}

function describeFrame(scene, words) {
  if (scene === undefined || scene === null) return t("frame.alt_video");
  return words ? t("frame.alt_words", { number: scene + 1, words }) : t("frame.alt", { number: scene + 1 });
}

/** A change that is wrong is told in the words of its fields, which the page around may show as well. */
function FrameError({ error, onRetry }) {
  if (error.status !== 400 || !error.errors.length) return html`<${ErrorBox} error=${error} onRetry=${onRetry} />`;
  const problems = [...new Set(error.errors.map((one) => one.message))].join("; ");
  return html`<div class="note warn" role="alert"><${Icon} name="alert" /><p>${t("frame.wrong_change", { problems })}</p></div>`;
}

function Missing({ facts }) {
  const roles = facts.missing.filter((one) => one.scene === facts.scene).map((one) => one.role);
  if (!roles.length) return null;
  return html`<figcaption class="row">
    ${roles.includes("image") && html`<span class="tag"><${Icon} name="image" />${t("frame.no_image")}</span>`}
    ${roles.includes("narration") && html`<span class="tag"><${Icon} name="clock" />${t("frame.no_narration")}</span>`}
  </figcaption>`;
}

function TimeSlider({ scene, facts, second, onChange }) {
  const isScene = scene !== undefined && scene !== null;
  const [first, length] = isScene ? [facts.start, facts.end - facts.start] : [0, facts.length];
  const value = Math.min(second ?? facts.time - first, length);
  const words = t("frame.position", { position: formatNumber(value, 1), length: formatNumber(length, 1) });
  return html`<label class="time">
    <span class="visually-hidden">${isScene ? t("frame.time_of_scene", { number: scene + 1 }) : t("frame.time")}</span>
    <input type="range" min="0" max=${length.toFixed(1)} step=${STEP_SEC} value=${value.toFixed(1)} aria-valuetext=${words}
      onInput=${(event) => onChange(Math.min(Number(event.currentTarget.value), length))} />
    <span class="numbers soft small" aria-hidden="true">${formatClock(value)} / ${formatClock(length)}</span>
  </label>`;
}
