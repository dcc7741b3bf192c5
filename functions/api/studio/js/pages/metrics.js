import { html } from "../../vendor/preact.js";
import { call } from "../api.js";
import { loadStyle } from "../place.js";
import { makeHash, replaceQuery } from "../router.js";
import { apiKey } from "../session.js";
import { useStore } from "../store.js";
import { loadTexts, t } from "../text.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty_state.js";
import { ErrorBox } from "../ui/error_box.js";
import { Choice } from "../ui/field.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { useLoad } from "../ui/use_load.js";

await Promise.all([loadTexts("metrics"), loadStyle("metrics")]);
const [{ DayPlots }, { RangeTotals }, { ServerTotals }, { formatDay }] = await Promise.all([
  import("./metrics/day_plots.js"),
  import("./metrics/range_totals.js"),
  import("./metrics/server_totals.js"),
  import("./metrics/days.js"),
]);

const RANGES = ["7", "30", "90"];

/** Jobs, durations and cost by day. */
export default function MetricsPage({ query }) {
  const key = useStore(apiKey);
  const range = RANGES.includes(query.get("days")) ? query.get("days") : "30";
  const { value, error, isLoading, reload } = useLoad((signal) => call("GET", `/metrics/days?days=${range}`, { signal }), [range, key]);
  const { total } = value ?? {};
  const isEmpty = total && total.started + total.succeeded + total.failed + total.canceled === 0;
  const lead = value && t(value.scope === "all" ? "metrics.lead_all" : "metrics.lead_own");
  return html`<${Page} title=${t("common.metrics")} lead=${lead}>
    <div class="metrics stack" aria-busy=${isLoading}>
      <${Choice} label=${t("metrics.range")} value=${range} options=${RANGES.map((days) => [days, t("metrics.days", { count: Number(days) })])} onChange=${(days) => replaceQuery({ days: days === "30" ? "" : days })} />
      ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
      ${!value && !error && html`<${Loading} />`}
      ${value?.counted_since && !isEmpty && html`<p class="soft small">${t("metrics.counted_since", { day: formatDay(value.counted_since, "long") })}</p>`}
      ${isEmpty && html`<${EmptyState} icon="chart" title=${t("metrics.empty")}><p>${t("metrics.empty_words")}</p><${Button} kind="primary" icon="plus" href=${makeHash("create")}>${t("common.create")}<//><//>`}
      ${value && !isEmpty && html`<${RangeTotals} total=${total} /><${DayPlots} days=${value.days} />`}
      ${value?.scope === "all" && html`<${ServerTotals} />`}
    </div>
  <//>`;
}
