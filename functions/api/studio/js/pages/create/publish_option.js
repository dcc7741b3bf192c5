/** Publish the video as soon as it is finished. */
import { html } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { t } from "../../text.js";
import { Checkbox } from "../../ui/field.js";
import { useLoad } from "../../ui/use_load.js";

export function PublishOption({ plan, error, onChange }) {
  const { value } = useLoad((signal) => call("GET", "/destinations", { signal }), []);
  const planned = plan.publish ?? [];
  const ready = (value?.destinations ?? []).filter((one) => one.is_ready);
  const change = (name, isWanted) => onChange({ publish: isWanted ? [...planned, { destination: name }] : planned.filter((one) => one.destination !== name) });
  return html`<fieldset class="field"><legend>${t("create.publish")}</legend>
    ${ready.map(({ name }) => html`<${Checkbox} key=${name} label=${t(`common.destination_${name}`)} checked=${planned.some((one) => one.destination === name)} onChange=${(isWanted) => change(name, isWanted)} data-path="publish" />`)}
    ${error && html`<span class="error">${error}</span>`}
  </fieldset>`;
}
