/** How the video sounds and looks. What most people change is open; the rest is folded away. */
import { html } from "../../../vendor/preact.js";
import { OWN_AUDIO } from "../../lib/own_audio.js";
import { changeSpoken, listChoices } from "../../lib/languages.js";
import { language as pageLanguage, t } from "../../text.js";
import { Checkbox, Choice, Select, TextArea, TextField } from "../../ui/field.js";
import { More } from "../../ui/more.js";
import { VoicePicker } from "../../ui/voice_picker.js";
import { BrandOption, useBrands } from "./brand_option.js";
import { LabelOption } from "./label_option.js";
import { CaptionLanguages, FurtherLanguages } from "./languages_option.js";
import { MusicOption } from "./music_option.js";
import { PublishOption } from "./publish_option.js";

const LENGTHS = [15, 30, 60, 120, 300, 600];
const STYLES = ["style_cinematic", "style_watercolour", "style_comic", "style_photo", "style_clay"];
const EXPERT = ["footage", "budget_usd", "seed", "strict", "render.fps", "delivery.speed", "description", "tags"];

/** The ways in which the length comes from what is said, shown or sung. */
const WITH_LENGTH = ["scenes", "script", "song", "recording"];

/** `plan`: the plan's options; `way`: how the video begins; `onChange` gets the fields that change. */
export function Options({ plan, errors, way, onChange }) {
  const error = (path) => errors.get(path);
  const { brands, fields: brand } = useBrands(plan);
  const render = { mode: "FINAL", resolution: "1080p", ...plan.render };
  const setRender = (fields) => onChange({ render: { ...plan.render, ...fields } });
  const quality = render.mode === "PROXY" ? "PROXY" : render.resolution;
  const lengths = LENGTHS.includes(plan.length_sec) ? LENGTHS : [...LENGTHS, plan.length_sec].sort((a, b) => a - b);
  return html`<section class="card stack" aria-label=${t("create.options")}>
    <${BrandOption} plan=${plan} brands=${brands} error=${error("brand")} onChange=${onChange} />
    <div class="options">
      <${Select} label=${t("create.language")} data-path="language" value=${plan.language ?? ""} error=${error("language")} options=${[["", t("create.language_auto")], ...listChoices(pageLanguage.get())]} onChange=${(language) => onChange(changeSpoken(plan, language))} />
      ${!WITH_LENGTH.includes(way) && html`<${Select} label=${t("create.length")} data-path="length_sec" value=${String(plan.length_sec)} error=${error("length_sec")} options=${lengths.map((one) => [String(one), t("create.length_value", { length: one < 60 ? t("create.seconds", { count: one }) : t("create.minutes", { count: one / 60 }) })])} onChange=${(length) => onChange({ length_sec: Number(length) })} />`}
      <div data-path="aspect"><${Choice} label=${t("create.aspect")} value=${plan.aspect ?? "16:9"} error=${error("aspect")} options=${["16:9", "9:16", "1:1"].map((one) => [one, t(`create.aspect_${one.replace(":", "_")}`)])} onChange=${(aspect) => onChange({ aspect })} /></div>
    </div>
    ${!OWN_AUDIO[way] && html`<div data-path="voice"><${VoicePicker} language=${plan.language} value=${plan.voice ?? brand.voice ?? "F"} error=${error("voice")} onChange=${(voice) => onChange({ voice })} /></div>`}
    ${!OWN_AUDIO[way] && html`<${FurtherLanguages} plan=${plan} errors=${errors} onChange=${onChange} />`}
    <div class="grid">
      <${Field} label=${t("create.style")} hint=${t("create.style_hint")} path="style" list=${STYLES.map((one) => t(`create.${one}`))} value=${plan.style ?? ""} placeholder=${brand.style ?? ""} error=${error("style")} onChange=${(style) => onChange({ style })} />
      ${way !== "song" && html`<${MusicOption} music=${plan.music} usual=${brand.music} error=${error("music")} onChange=${(music) => onChange({ music })} />`}
      <${Select} label=${t("create.quality")} data-path="render.resolution" value=${quality} error=${error("render.resolution")} options=${["PROXY", "720p", "1080p", "4k"].map((one) => [one, t(`create.quality_${one}`)])} onChange=${(one) => setRender(one === "PROXY" ? { mode: "PROXY" } : { mode: "FINAL", resolution: one })} />
    </div>
    <${More} label=${t("create.captions_and_words")} isOpen=${hasErrorIn(errors, ["title", "subtitle_languages", "render.caption_style", "render.burn_captions", "watermark", "label", "publish"])}>
      <div class="grid">
        <${TextField} label=${t("create.video_title")} hint=${t("create.video_title_hint")} maxlength="120" data-path="title" value=${plan.title ?? ""} error=${error("title")} onChange=${(title) => onChange({ title })} />
        <${CaptionLanguages} value=${plan.subtitle_languages} error=${error("subtitle_languages")} onChange=${onChange} />
        <${Select} label=${t("create.burn")} data-path="render.burn_captions" value=${render.burn_captions ?? ""} error=${error("render.burn_captions")} options=${[["", t("create.burn_auto")], ["none", t("create.burn_none")], ...listChoices(pageLanguage.get())]} onChange=${(one) => setRender({ burn_captions: one || null })} />
        <${Select} label=${t("create.caption_style")} data-path="render.caption_style" value=${render.caption_style ?? brand.caption_style ?? "plain"} error=${error("render.caption_style")} options=${["plain", "highlight"].map((one) => [one, t(`create.caption_style_${one}`)])} onChange=${(one) => setRender({ caption_style: one })} />
        <${TextField} label=${t("create.watermark")} hint=${t("create.watermark_hint")} maxlength="40" data-path="watermark" value=${plan.watermark === null || plan.watermark === false ? "" : (plan.watermark?.text ?? brand.watermark ?? "Sutradhar")} error=${error("watermark")} onChange=${(text) => onChange({ watermark: text ? { ...plan.watermark, text } : false })} />
      </div>
      <${LabelOption} label=${plan.label} error=${error("label")} onChange=${(label) => onChange({ label })} />
      <${PublishOption} plan=${plan} error=${error("publish")} onChange=${onChange} />
    <//>
    <${More} label=${t("create.for_experts")} isOpen=${hasErrorIn(errors, EXPERT)}>
      <div class="grid">
        <${TextArea} label=${t("create.description")} hint=${t("create.description_hint")} rows="2" data-path="description" value=${plan.description ?? ""} error=${error("description")} onChange=${(description) => onChange({ description })} />
        <${TextField} label=${t("create.tags")} hint=${t("create.tags_hint")} data-path="tags" value=${(plan.tags ?? []).join(", ")} error=${error("tags")} onChange=${(text) => onChange({ tags: text.split(",").map((tag) => tag.trimStart()).filter((tag, index, all) => tag || index === all.length - 1) })} />
        <${Select} label=${t("create.footage")} data-path="footage" value=${plan.footage ?? "none"} error=${error("footage")} options=${["none", "stock", "generated"].map((one) => [one, t(`create.footage_${one}`)])} onChange=${(footage) => onChange({ footage })} />
        ${!OWN_AUDIO[way] && html`<${Select} label=${t("create.speed")} data-path="delivery.speed" value=${String(plan.delivery?.speed ?? brand.delivery?.speed ?? 1)} error=${error("delivery.speed")} options=${[0.8, 0.9, 1, 1.1, 1.2].map((one) => [String(one), t("create.speed_value", { percent: Math.round(one * 100) })])} onChange=${(one) => onChange({ delivery: { ...plan.delivery, speed: Number(one) } })} />`}
        <${TextField} label=${t("create.budget")} hint=${t("create.budget_hint")} type="number" min="0" max="1000" step="0.01" data-path="budget_usd" value=${plan.budget_usd ?? ""} error=${error("budget_usd")} onChange=${(text) => onChange({ budget_usd: text === "" ? null : Number(text) })} />
        <${Select} label=${t("create.fps")} data-path="render.fps" value=${String(render.fps ?? 30)} error=${error("render.fps")} options=${[24, 25, 30, 50, 60].map((one) => [String(one), t("create.fps_value", { count: one })])} onChange=${(one) => setRender({ fps: Number(one) })} />
        <${TextField} label=${t("create.seed")} hint=${t("create.seed_hint")} type="number" min="0" data-path="seed" value=${plan.seed ?? ""} error=${error("seed")} onChange=${(text) => onChange({ seed: text === "" ? null : Number(text) })} />
      </div>
      <${Checkbox} label=${t("create.strict")} hint=${t("create.strict_hint")} checked=${plan.strict ?? false} onChange=${(strict) => onChange({ strict })} />
      <${Checkbox} label=${t("create.soft_captions")} checked=${render.soft_captions ?? false} onChange=${(soft_captions) => setRender({ soft_captions })} />
    <//>
  </section>`;
}

function hasErrorIn(errors, paths) {
  return paths.some((path) => errors.has(path));
}

/** A line of text with suggestions. */
function Field({ list, path, ...field }) {
  return html`<${TextField} ...${field} data-path=${path} list="style-list" maxlength="200" /><datalist id="style-list">${list.map((one) => html`<option value=${one} />`)}</datalist>`;
}
