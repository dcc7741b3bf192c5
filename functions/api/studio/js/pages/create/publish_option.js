/** Publish the video as soon as it is finished. */
import { html } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { t } from "../../text.js";
import { Checkbox, FieldError, Select } from "../../ui/field.js";
import { useLoad } from "../../ui/use_load.js";

const PRIVACIES = ["public", "unlisted", "private"];

/** `onChange` gets the plan's publications. */
export function PublishOption({ plan, error, onChange }) {
  const { value } = useLoad((signal) => call("GET", "/destinations", { signal }), []);
  const planned = [plan.publish ?? []].flat(); // a plan file may have one instead of a list
  const ready = (value?.destinations ?? []).filter((one) => one.is_ready);
  const find = (name) => planned.find((one) => one.destination === name);
  const change = (name, isWanted) => onChange({ publish: isWanted ? [...planned, { destination: name }] : planned.filter((one) => one.destination !== name) });
  const setPrivacy = (name, privacy) => onChange({ publish: planned.map((one) => (one.destination === name ? { ...one, privacy } : one)) });
  return html`<fieldset class="field" data-path="publish"><legend>${t("create.publish")}</legend>
    ${ready.map(({ name }) => html`<div key=${name}>
      <${Checkbox} label=${t(`common.destination_${name}`)} checked=${Boolean(find(name))} onChange=${(isWanted) => change(name, isWanted)} />
      ${find(name) && name === "youtube" && html`<${Select} label=${t("create.privacy")} value=${find(name).privacy ?? "public"} options=${PRIVACIES.map((one) => [one, t(`create.privacy_${one}`)])} onChange=${(privacy) => setPrivacy(name, privacy)} />`}
    </div>`)}
    <${FieldError} error=${error} />
  </fieldset>`;
}
