/** A list of languages: those chosen can be taken out, and others added. */
import { html } from "../../vendor/preact.js";
import { listChoices, nameLanguage } from "../lib/languages.js";
import { language as pageLanguage, t } from "../text.js";
import { Field } from "./field.js";
import { Icon } from "./icon.js";

/**
 * @param {object} props
 * @param {string[]} props.value the tags of the chosen languages
 * @param {string[]} [props.without] tags that are not offered
 * @param {[string, string][]} [props.choices] [value, words] pairs above the languages, for `onChoose`
 * @param {(tags: string[]) => void} props.onChange
 */
export function LanguageList({ label, hint, error, path, value, without = [], choices = [], chosen = "", onChange, onChoose }) {
  const reader = pageLanguage.get();
  const offered = listChoices(reader).filter(([tag]) => !value.includes(tag) && !without.includes(tag));
  const select = (one) => (choices.some(([name]) => name === one) ? onChoose(one) : one && onChange([...value, one]));
  return html`<div data-path=${path}>
    <${Field} label=${label} hint=${hint} error=${error}>
      ${({ id, describedBy, isWrong }) => html`<select class="input" id=${id} value=${chosen} aria-describedby=${describedBy} aria-invalid=${isWrong || undefined} onChange=${(event) => { select(event.currentTarget.value); event.currentTarget.value = chosen; }}>
        ${!choices.length && html`<option value="">${t("create.add_language")}</option>`}
        ${choices.map(([one, words]) => html`<option value=${one} selected=${one === chosen}>${words}</option>`)}
        ${offered.map(([tag, name]) => html`<option value=${tag}>${name}</option>`)}
      </select>`}
    <//>
    ${value.length > 0 && html`<ul class="plain chips">${value.map((tag) => html`<li key=${tag}><button type="button" class="chip" aria-label=${t("create.remove_language", { language: nameLanguage(tag, reader) })} onClick=${() => onChange(value.filter((one) => one !== tag))}>${nameLanguage(tag, reader)}<${Icon} name="close" /></button></li>`)}</ul>`}
  </div>`;
}
