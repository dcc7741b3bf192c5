/** What can be done with a job. */
import { html, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { formatMoney } from "../../lib/format.js";
import { hasEnded } from "../../lib/job_state.js";
import { makeHash, openPage } from "../../router.js";
import { t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { confirmAction } from "../../ui/confirm.js";
import { describeError } from "../../ui/error_box.js";
import { PublishDialog } from "../../ui/publish_dialog.js";

export function Actions({ status, onChange }) {
  const [busy, setBusy] = useState("");
  const [isPublishing, setPublishing] = useState(false);
  const id = status.job_id;
  const path = `/render/${encodeURIComponent(id)}`;
  const act = async (name, work) => {
    setBusy(name);
    try {
      await work();
    } catch (error) {
      showToast(describeError(error));
    }
    setBusy("");
  };
  const cancel = async () => {
    if (!(await confirmAction({ title: t("job.cancel_title"), body: t("job.cancel_body", { spent: formatMoney(status.cost.actual_usd) }), action: t("job.cancel"), isDangerous: true }))) return;
    await act("cancel", async () => {
      await call("DELETE", `${path}/cancel`);
      onChange();
    });
  };
  const retry = async () => {
    if (!(await confirmAction({ title: t("job.retry_title"), body: t("job.retry_body"), action: t("job.retry") }))) return;
    await act("retry", async () => {
      await call("POST", `${path}/retry`);
      onChange();
    });
  };
  const remove = async () => {
    if (!(await confirmAction({ title: t("job.delete_title"), body: t("job.delete_body"), action: t("job.delete"), isDangerous: true }))) return;
    await act("delete", async () => {
      await call("DELETE", path);
      showToast(t("job.deleted"));
      openPage("library");
    });
  };
  const pin = () => act("pin", async () => {
    await call(status.pinned ? "DELETE" : "PUT", `${path}/pin`);
    showToast(t(status.pinned ? "job.unpinned" : "job.pinned"));
    onChange();
  });
  const isOver = hasEnded(status.state);
  return html`
    ${status.state === "success" && html`<${Button} kind="primary" icon="share" onClick=${() => setPublishing(true)}>${t("job.publish")}<//>
      <${Button} icon="edit" href=${makeHash("edit", { id })}>${t("job.edit")}<//>`}
    ${status.state === "error" && html`<${Button} kind="primary" icon="retry" isBusy=${busy === "retry"} onClick=${retry}>${t("job.retry")}<//>`}
    ${!isOver && html`<${Button} kind="danger" icon="stop" isBusy=${busy === "cancel"} onClick=${cancel}>${t("job.cancel")}<//>`}
    ${isOver && html`<${Button} kind="quiet" icon="copy" label=${t("job.duplicate")} href=${makeHash("create", {}, { from: id })} />
      <${Button} kind="quiet" icon="pin" label=${t(status.pinned ? "job.unpin" : "job.pin")} aria-pressed=${status.pinned} isBusy=${busy === "pin"} onClick=${pin} />
      <${Button} kind="quiet" icon="trash" label=${t("job.delete")} isBusy=${busy === "delete"} onClick=${remove} />`}
    <${PublishDialog} job=${isPublishing ? status : null} onClose=${() => setPublishing(false)} onDone=${onChange} />`;
}
