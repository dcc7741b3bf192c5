/** What will be made, what it costs and how long it takes, before anything is spent. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { findField, makePlan, isReady as isDraftReady } from "../../lib/draft.js";
import { formatLength, formatMoney } from "../../lib/format.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { Checkbox } from "../../ui/field.js";
import { Icon } from "../../ui/icon.js";
import { More } from "../../ui/more.js";
import { nameSlot } from "../../ui/slot_name.js";

const WAIT_MS = 500;

/** Ask the API what the draft would make. Returns {value, error, isLoading}; the value is that of the newest draft. */
export function usePreview(draft) {
  const [state, setState] = useState({ value: null, error: null, isLoading: false });
  const plan = isDraftReady(draft) ? JSON.stringify(makePlan(draft)) : "";
  useEffect(() => {
    if (!plan) {
      setState({ value: null, error: null, isLoading: false });
      return undefined;
    }
    const stopping = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    const timer = setTimeout(() => {
      call("POST", "/plan", { body: JSON.parse(plan), signal: stopping.signal }).then(
        (value) => setState({ value, error: null, isLoading: false }),
        (error) => stopping.signal.aborted || setState({ value: null, error, isLoading: false }),
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [plan]);
  return state.error?.errors?.length ? { ...state, value: { problems: state.error.errors, notices: [], estimate: null } } : state;
}

export function Summary({ preview, isReady, isSending, plan, onReview }) {
  const { value, isLoading } = preview;
  const estimate = value?.estimate;
  return html`<aside class="summary card stack" aria-label=${t("create.summary")}>
    <h2>${t("create.summary")}</h2>
    ${!isReady && html`<p class="soft">${t("create.summary_empty")}</p>`}
    ${estimate && html`<dl class="facts" aria-busy=${isLoading}>
      <${Fact} icon="film" name=${t("create.length")} value=${t("create.about", { value: formatLength(estimate.video_seconds) })} />
      <${Fact} icon="clock" name=${t("create.wait")} value=${t("create.about", { value: formatLength(estimate.wait_seconds) })} />
      <${Fact} icon="money" name=${t("create.cost")} value=${estimate.most_usd || estimate.render_usd ? t("create.up_to", { expected: formatMoney(estimate.expected_usd + estimate.render_usd), most: formatMoney(estimate.most_usd + estimate.render_usd) }) : t("create.free")} />
      ${estimate.budget_left_usd !== null && html`<${Fact} icon="info" name=${t("create.budget_left")} value=${formatMoney(estimate.budget_left_usd)} />`}
    </dl>`}
    ${estimate?.lines.length > 0 && html`<${More} label=${t("create.cost_lines")}><ul class="plain small">${estimate.lines.map((line) => html`<li class="row between" key=${line.slot}><span>${nameSlot(line.slot)} · ${line.provider}</span><span class="numbers">${formatMoney(line.expected_usd)}</span></li>`)}</ul><//>`}
    ${value?.problems.length > 0 && html`<div class="note bad"><${Icon} name="alert" /><div class="body"><p>${t("create.problems", { count: value.problems.length })}</p><ul class="plain stack tight">${value.problems.map(({ path, message }) => html`<li><a href="#" onClick=${(event) => showField(event, path)}>${path || t("create.plan")}</a>: ${message}</li>`)}</ul></div></div>`}
    ${value?.notices.length > 0 && html`<${More} label=${t("create.notices", { count: value.notices.length })}><ul class="stack tight small">${value.notices.map((notice) => html`<li>${notice}</li>`)}</ul><//>`}
    ${isLoading && html`<div class="row soft small"><span class="spinner" />${t("create.asking")}</div>`}
    <${Checkbox} label=${t("create.review")} hint=${t("create.review_hint")} checked=${plan.review ?? false} onChange=${onReview} />
    <${Button} kind="primary" size="large" type="submit" icon="spark" isBusy=${isSending}>${t("create.make")}<//>
  </aside>`;
}

function Fact({ icon, name, value }) {
  return html`<div><dt><${Icon} name=${icon} />${name}</dt><dd class="numbers">${value}</dd></div>`;
}

function showField(event, path) {
  event.preventDefault();
  const fields = new Map([...document.querySelectorAll("[data-path]")].map((field) => [field.dataset.path, field]));
  const field = fields.get(findField(path, new Set(fields.keys()))) ?? fields.values().next().value;
  for (let fold = field?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}
