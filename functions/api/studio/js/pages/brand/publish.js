/** The words that publications of the brand's videos have, by destination. */
import { html } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { t } from "../../text.js";
import { Checkbox, FieldError, Select, TextArea, TextField } from "../../ui/field.js";
import { Section } from "../../ui/section.js";
import { useLoad } from "../../ui/use_load.js";

const PRIVACIES = ["public", "unlisted", "private"];

/** `onChange` gets all words. */
export function PublishWords({ publish, error, onChange }) {
  const { value } = useLoad((signal) => call("GET", "/destinations", { signal }), []);
  const names = [...new Set([...(value?.destinations ?? []).map(({ name }) => name), ...publish.map(({ destination }) => destination)])];
  const find = (name) => publish.find(({ destination }) => destination === name);
  const set = (name, fields) => onChange(publish.map((one) => (one.destination === name ? { ...one, ...fields } : one)));
  const toggle = (name, isWanted) => onChange(isWanted ? [...publish, { destination: name }] : publish.filter(({ destination }) => destination !== name));
  return html`<${Section} title=${t("brand.publish")} lead=${t("brand.publish_lead")}>
    ${names.map((name) => html`<div class="stack tight" key=${name}>
      <${Checkbox} label=${t(`common.destination_${name}`)} checked=${Boolean(find(name))} onChange=${(isWanted) => toggle(name, isWanted)} />
      ${find(name) && html`<${Words} words=${find(name)} onChange=${(fields) => set(name, fields)} />`}
    </div>`)}
    <${FieldError} error=${error} />
  <//>`;
}

function Words({ words, onChange }) {
  const tags = (words.tags ?? []).join(", ");
  return html`<div class="stack tight">
    <${TextArea} label=${t("brand.publish_description")} hint=${t("brand.publish_description_hint")} rows="2" value=${words.description ?? ""} onChange=${(description) => onChange({ description: description || null })} />
    <div class="grid">
      <${TextField} label=${t("create.tags")} hint=${t("create.tags_hint")} value=${tags} onChange=${(text) => onChange({ tags: readTags(text) })} />
      <${Select} label=${t("create.privacy")} value=${words.privacy ?? "public"} options=${PRIVACIES.map((one) => [one, t(`create.privacy_${one}`)])} onChange=${(privacy) => onChange({ privacy })} />
    </div>
  </div>`;
}

/** The last tag stays open while its writer types. */
function readTags(text) {
  return text.split(",").map((tag) => tag.trimStart()).filter((tag, index, all) => tag || index === all.length - 1);
}
