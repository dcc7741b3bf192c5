/** The same video in another quality: a quick preview, or the full one. */
import { html, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { openPage } from "../../router.js";
import { t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { describeError } from "../../ui/error_box.js";

/** `mode`: the height of the finished video in pixels; undefined: not known yet. */
export function Versions({ status, mode }) {
  const [isBusy, setBusy] = useState(false);
  if (!mode) return null;
  const isSmall = mode <= 720;
  const make = async () => {
    setBusy(true);
    try {
      const plan = await call("POST", `/library/${encodeURIComponent(status.job_id)}/duplicate`);
      plan.render = { ...plan.render, ...(isSmall ? { mode: "FINAL", resolution: "1080p" } : { mode: "PROXY" }) };
      plan.publish = [];
      const job = await call("POST", "/render", { body: plan, headers: { "Idempotency-Key": `version-${status.job_id}-${isSmall ? "final" : "proxy"}` } });
      openPage("job", { id: job.job_id });
    } catch (error) {
      showToast(describeError(error));
      setBusy(false);
    }
  };
  return isSmall ? html`<div class="note"><div class="row between grow"><span>${t("job.small_version")}</span><${Button} icon="spark" isBusy=${isBusy} onClick=${make}>${t("job.make_final")}<//></div></div>` : null;
}
