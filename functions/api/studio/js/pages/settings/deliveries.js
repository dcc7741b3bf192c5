/** The last webhooks, if there are any. */
import { html } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { formatAgo } from "../../lib/format.js";
import { hasText, t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { describeError } from "../../ui/error_box.js";
import { useLoad } from "../../ui/use_load.js";
import { Section } from "../../ui/section.js";

const TAGS = { delivered: "good", parked: "bad" };

export function Deliveries({ me }) {
  const { value, reload } = useLoad((signal) => call("GET", "/webhooks/deliveries?limit=10", { signal }), [me.key?.id]);
  if (!value?.deliveries.length) return null;
  const retry = async (id) => {
    try {
      await call("POST", `/webhooks/deliveries/${encodeURIComponent(id)}/retry`);
      showToast(t("settings.webhook_sent"));
    } catch (error) {
      showToast(describeError(error));
    }
    reload();
  };
  return html`<${Section} title=${t("settings.webhooks")} lead=${t("settings.webhooks_lead")}>
    <ul class="plain rows">${value.deliveries.map((one) => html`<li class="row between" key=${one.id}>
      <div class="text"><strong>${one.type}</strong><div class="soft small">${one.url}</div>
        <div class="soft small">${[formatAgo(one.created_at), one.state !== "delivered" && one.last_problem].filter(Boolean).join(" · ")}</div></div>
      <div class="row"><span class=${`tag ${TAGS[one.state] ?? ""}`}>${hasText(`settings.webhook_${one.state}`) ? t(`settings.webhook_${one.state}`) : one.state}</span>
        ${one.state !== "delivered" && html`<${Button} icon="retry" onClick=${() => retry(one.id)}>${t("settings.send_again")}<//>`}</div>
    </li>`)}</ul>
  <//>`;
}
