import { html } from "../../vendor/preact.js";
import { t } from "../text.js";
import { Page } from "../ui/page.js";

/** Being built. */
export default function NextPage() {
  return html`<${Page} title=${t("common.publish")} />`;
}
