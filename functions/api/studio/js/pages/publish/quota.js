/** What the destinations still take today. */
import { html } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { formatTime } from "../../lib/format.js";
import { hasText, t } from "../../text.js";
import { Progress } from "../../ui/progress.js";
import { useLoad } from "../../ui/use_load.js";

export function Quota() {
  const { value } = useLoad(readQuotas, []);
  if (!value?.length) return null;
  return html`<section class="card stack"><h2>${t("publish.quota")}</h2>
    <ul class="plain stack">${value.map((one) => {
      const bucket = hasText(`publish.quota_${one.bucket}`) ? t(`publish.quota_${one.bucket}`) : one.bucket;
      const words = t("publish.quota_left", { left: one.left, limit: one.limit });
      return html`<li class="stack tight" key=${`${one.destination}-${one.bucket}`}><div class="row between"><span>${t(`common.destination_${one.destination}`)}: ${bucket}</span><span class="numbers">${words}</span></div>
        <${Progress} share=${one.limit ? one.used / one.limit : 0} label=${`${one.destination} ${bucket}`} words=${words} />
        <span class="soft small">${t("publish.quota_resets", { time: formatTime(one.resets_at) })}</span></li>`;
    })}</ul></section>`;
}

/** Read the quotas of the destinations that are set up. */
async function readQuotas(signal) {
  const [{ quotas }, { destinations }] = await Promise.all([call("GET", "/publish/quota", { signal }), call("GET", "/destinations", { signal })]);
  const ready = new Set(destinations.filter((one) => one.is_ready).map((one) => one.name));
  return quotas.filter((one) => ready.has(one.destination));
}
