/** What will be made, what it costs and how long it takes, before anything is spent; and the button that makes it. */
import { html } from "../../../vendor/preact.js";
import { placeError } from "../../lib/error_fields.js";
import { formatLength, formatMoney } from "../../lib/format.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { describeError } from "../../ui/error_box.js";
import { Checkbox } from "../../ui/field.js";
import { Icon } from "../../ui/icon.js";
import { More } from "../../ui/more.js";
import { nameSlot } from "../../ui/slot_name.js";
import { focusField, nameField } from "./fields.js";
import { Refusal } from "./refusal.js";

export { usePreview } from "./use_preview.js";

/** The most notes that are shown without being asked for. */
const OPEN_NOTICES = 2;

/**
 * @param {{preview: object, isReady: boolean, isSending: boolean, plan: object, way?: string, refusal?: Error | null,
 *   onReview: (review: boolean) => void, onScenes?: (plan: object) => void}} props `preview`: of usePreview; `refusal`: why
 *   the API did not take the plan; `onScenes` gets the plan whose scenes the writer wants to change
 */
export function Summary({ preview, isReady, isSending, plan, way = "scenes", refusal = null, onReview, onScenes }) {
  const { value, error, isLoading } = preview;
  const estimate = value?.estimate;
  const problems = refusal?.errors?.length ? refusal.errors : (value?.problems ?? []);
  const scenes = value?.plan?.scenes ?? [];
  return html`<div class="panel">
    <aside class="summary stack" aria-label=${t("create.summary")}>
      <h2>${t("create.summary")}</h2>
      ${!isReady && html`<p class="soft">${t("create.summary_empty")}</p>`}
      ${estimate && html`<${Facts} estimate=${estimate} sceneCount=${scenes.length} isLoading=${isLoading} />`}
      ${estimate?.lines.length > 0 && html`<${More} label=${t("create.cost_lines")}><ul class="plain small stack tight">${estimate.lines.map((line) => html`<li class="row between" key=${line.slot}><span>${nameSlot(line.slot)} · ${line.provider}</span><span class="numbers">${formatMoney(line.expected_usd)}</span></li>`)}</ul><//>`}
      ${onScenes && scenes.length > 0 && html`<${Story} scenes=${scenes} onChange=${() => onScenes(value.plan)} />`}
      <${Problems} problems=${problems} way=${way} />
      ${value?.notices.length > 0 && html`<${More} label=${t("create.notices", { count: value.notices.length })} isOpen=${value.notices.length <= OPEN_NOTICES}><ul class="notices stack tight small">${value.notices.map((notice) => html`<li>${notice}</li>`)}</ul><//>`}
      ${error && !error.errors?.length && html`<p class="soft small">${describeError(error)}</p>`}
      ${isLoading && html`<div class="row soft small"><span class="spinner" />${t("create.asking")}</div>`}
      <${Checkbox} label=${t("create.review")} hint=${t("create.review_hint")} checked=${plan.review ?? false} onChange=${onReview} />
    </aside>
    <div class="make">
      <${Refusal} error=${refusal} />
      ${problems.length > 0 ? html`<p class="short bad">${t("create.problems_short", { count: problems.length })}</p>` : estimate && html`<p class="short numbers">${formatLength(estimate.video_seconds)} · ${describeCost(estimate)}</p>`}
      <${Button} kind="primary" size="large" type="submit" icon="spark" isBusy=${isSending}>${t("create.make")}<//>
    </div>
  </div>`;
}

function describeCost(estimate) {
  const [expected, most] = [estimate.expected_usd + estimate.render_usd, estimate.most_usd + estimate.render_usd];
  return most ? t("create.up_to", { expected: formatMoney(expected), most: formatMoney(most) }) : t("create.free");
}

function Facts({ estimate, sceneCount, isLoading }) {
  return html`<dl class="facts" aria-busy=${isLoading}>
    <${Fact} icon="film" name=${t("create.length")} value=${t("create.about", { value: formatLength(estimate.video_seconds) })} />
    ${sceneCount > 0 && html`<${Fact} icon="list" name=${t("create.scene_count")} value=${sceneCount} />`}
    <${Fact} icon="clock" name=${t("create.wait")} value=${t("create.about", { value: formatLength(estimate.wait_seconds) })} />
    <${Fact} icon="money" name=${t("create.cost")} value=${describeCost(estimate)} />
    ${estimate.budget_left_usd !== null && html`<${Fact} icon="info" name=${t("create.budget_left")} value=${formatMoney(estimate.budget_left_usd)} />`}
  </dl>`;
}

function Fact({ icon, name, value }) {
  return html`<div><dt><${Icon} name=${icon} />${name}</dt><dd class="numbers">${value}</dd></div>`;
}

/** The scenes that were written for the topic. */
function Story({ scenes, onChange }) {
  return html`<${More} label=${t("create.story")}>
    <ol class="story stack tight small">${scenes.map((scene) => html`<li>${scene.narration || scene.image_prompt}</li>`)}</ol>
    <${Button} icon="edit" onClick=${onChange}>${t("create.change_scenes")}<//>
  <//>`;
}

function Problems({ problems, way }) {
  const rows = problems.map(({ path, message }) => ({ field: placeError(path, way), message }));
  return html`<div role="status">${rows.length > 0 && html`<div class="note bad"><${Icon} name="alert" /><div class="body">
    <p>${t("create.problems", { count: rows.length })}</p>
    <ul class="plain stack tight small">${rows.map(({ field, message }) => html`<li>${field ? html`<button type="button" class="to-field" onClick=${() => focusField(field)}>${nameField(field)}</button>` : nameField(field)}: ${message}</li>`)}</ul>
  </div></div>`}</div>`;
}
