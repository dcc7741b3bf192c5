/** What can be done with a batch. */
import { html, useState } from "../../../vendor/preact.js";
import { call, fileUrl } from "../../api.js";
import { t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { confirmAction } from "../../ui/confirm.js";
import { describeError } from "../../ui/error_box.js";

export function BatchActions({ batch, path, onChange }) {
  const [busy, setBusy] = useState("");
  const { state, counts } = batch;
  const act = async (name, method, address, message) => {
    setBusy(name);
    try {
      await call(method, address);
      showToast(message);
    } catch (error) {
      showToast(describeError(error));
    }
    setBusy("");
    onChange();
  };
  const cancel = async () => {
    if (!(await confirmAction({ title: t("batch.cancel_title"), body: t("batch.cancel_body"), action: t("batch.cancel"), isDangerous: true }))) return;
    await act("cancel", "DELETE", `${path}/cancel`, t("batch.cancelled"));
  };
  const retry = async () => {
    if (!(await confirmAction({ title: t("batch.retry_title", { count: counts.failed }), body: t("batch.retry_body"), action: t("batch.retry") }))) return;
    await act("retry", "POST", `${path}/retry`, t("batch.retried"));
  };
  const isOpen = ["running", "waiting", "paused"].includes(state);
  return html`
    ${counts.succeeded > 0 && html`<${Button} kind="primary" icon="download" href=${fileUrl(`${path}/results`)} download>${t("batch.results")}<//>`}
    ${counts.failed > 0 && state !== "cancelled" && html`<${Button} icon="retry" isBusy=${busy === "retry"} onClick=${retry}>${t("batch.retry_failed", { count: counts.failed })}<//>`}
    ${(state === "running" || state === "waiting") && html`<${Button} icon="pause" isBusy=${busy === "pause"} onClick=${() => act("pause", "POST", `${path}/pause`, t("batch.paused"))}>${t("batch.pause")}<//>`}
    ${(state === "paused" || state === "waiting") && html`<${Button} icon="play" isBusy=${busy === "resume"} onClick=${() => act("resume", "POST", `${path}/resume`, t("batch.resumed"))}>${t("batch.resume")}<//>`}
    ${isOpen && html`<${Button} kind="danger" icon="stop" isBusy=${busy === "cancel"} onClick=${cancel}>${t("batch.cancel")}<//>`}`;
}
