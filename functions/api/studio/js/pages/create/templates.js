/** Choose one of the stories that need no writing. */
import { html } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { formatLength } from "../../lib/format.js";
import { language, t } from "../../text.js";
import { useStore } from "../../store.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error_box.js";
import { Loading } from "../../ui/loading.js";
import { useLoad } from "../../ui/use_load.js";
import { useState } from "../../../vendor/preact.js";

/** The cards of all templates. `onPlan` gets the plan of the chosen one, in the language and length of `plan`. */
export function Templates({ plan, onPlan }) {
  const shown = useStore(language);
  const { value, error, reload } = useLoad((signal) => call("GET", `/templates?language=${shown}`, { signal }), [shown]);
  const [asked, setAsked] = useState("");
  const [refusal, setRefusal] = useState(null);
  const choose = async (template) => {
    setAsked(template.id);
    setRefusal(null);
    const spoken = template.languages.includes(plan.language ?? shown) ? (plan.language ?? shown) : template.languages[0];
    const length = Math.min(template.max_length_sec, Math.max(template.min_length_sec, plan.length_sec ?? template.length_sec));
    const body = { template_id: template.id, language: spoken, length_sec: length, voice: plan.voice ?? "F" };
    try {
      const own = plan.brand ? { brand: plan.brand, voice: plan.voice } : {};
      onPlan({ ...(await call("POST", "/templates/plan", { body })), aspect: plan.aspect, ...own });
    } catch (problem) {
      setRefusal(problem);
    }
    setAsked("");
  };
  if (error) return html`<${ErrorBox} error=${error} onRetry=${reload} />`;
  if (!value) return html`<${Loading} />`;
  return html`<div class="stack" data-path="template">
    <${ErrorBox} error=${refusal} />
    <ul class="plain grid">${value.templates.map((template) => html`<li class="card template" key=${template.id}>
      <h2>${template.title}</h2>
      <p class="soft">${template.description}</p>
      <div class="row between"><span class="tag">${formatLength(template.length_sec)}</span>
        <${Button} isBusy=${asked === template.id} onClick=${() => choose(template)} label=${t("create.use_template_of", { title: template.title })}>${t("create.use_template")}<//></div>
    </li>`)}</ul>
  </div>`;
}
