/** The fields of the form: their names in words, and the way to them. Each field, or what holds it, has `data-path`. */
import { loadTexts, t } from "../../text.js";

await Promise.all([loadTexts("create"), loadTexts("scenes")]);

const OPTIONS = {
  words: "create.topic",
  script: "create.script",
  scenes: "scenes.title",
  "song.upload": "create.way_song",
  "song.part": "create.song_part",
  "song.lyrics": "create.lyrics",
  "song.look": "create.look",
  "narration_audio.upload": "create.way_recording",
  "narration_audio.text": "create.spoken_text",
  background: "create.background",
  language: "create.language",
  length_sec: "create.length",
  aspect: "create.aspect",
  voice: "create.voice",
  style: "create.style",
  music: "create.music",
  "render.resolution": "create.quality",
  title: "create.video_title",
  subtitle_languages: "create.captions",
  "render.burn_captions": "create.burn",
  "render.caption_style": "create.caption_style",
  watermark: "create.watermark",
  label: "create.label",
  brand: "create.brand",
  publish: "create.publish",
  description: "create.description",
  tags: "create.tags",
  footage: "create.footage",
  "delivery.speed": "create.speed",
  budget_usd: "create.budget",
  "render.fps": "create.fps",
  seed: "create.seed",
};
const SCENE = {
  narration: "scenes.narration",
  image_prompt: "scenes.image_prompt",
  camera: "scenes.camera",
  transition: "scenes.transition",
  title: "scenes.on_screen",
  lower_third: "scenes.lower_third",
  duration_sec: "scenes.duration",
  sounds: "scenes.sound",
};

/** Return the name of the field `path` in words: "Scene 3, what is said". @param {string} path of `placeError` */
export function nameField(path) {
  const [, index, name] = /^scenes\[(\d+)\]\.(.*)$/.exec(path) ?? [];
  if (index !== undefined) return `${t("scenes.scene", { number: Number(index) + 1 })}: ${t(SCENE[name])}`;
  return t(OPTIONS[path] ?? "create.plan");
}

/** Unfold, show and focus the field `path`. Return whether the page has it. */
export function focusField(path) {
  const place = [...document.querySelectorAll("[data-path]")].find((element) => element.dataset.path === path);
  const controls = "input, select, textarea, button";
  const field = place?.matches(controls) ? place : (place?.querySelector(":checked, [aria-invalid=true]") ?? place?.querySelector(controls));
  if (!field) return false;
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  field.focus({ preventScroll: true });
  field.scrollIntoView({ block: "center" });
  return true;
}

/** Focus the first field on the page, from the top, that is in `errors`. */
export function focusFirst(errors) {
  const first = [...document.querySelectorAll("[data-path]")].find((element) => errors.has(element.dataset.path));
  return first ? focusField(first.dataset.path) : false;
}
