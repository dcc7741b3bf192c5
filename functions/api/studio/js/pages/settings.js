import { html } from "../../vendor/preact.js";
import { call } from "../api.js";
import { loadStyle } from "../place.js";
import { apiKey } from "../session.js";
import { useStore } from "../store.js";
import { loadTexts, t } from "../text.js";
import { ErrorBox } from "../ui/error_box.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { useLoad } from "../ui/use_load.js";

await Promise.all([loadTexts("settings"), loadStyle("settings")]);
const [{ Account }, { Appearance }, { Budgets }, { Keys }, { Server }, { Deliveries }, { RemoveData }] = await Promise.all([
  import("./settings/account.js"),
  import("./settings/appearance.js"),
  import("./settings/budgets.js"),
  import("./settings/keys.js"),
  import("./settings/server.js"),
  import("./settings/deliveries.js"),
  import("./settings/remove_data.js"),
]);

/** The reader's account, the look of the page, keys, money, and the state of the server. */
export default function SettingsPage() {
  const key = useStore(apiKey);
  const { value: me, error, reload } = useLoad((signal) => call("GET", "/me", { signal }), [key]);
  return html`<${Page} title=${t("common.settings")}>
    <div class="settings">
      ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
      ${!me && !error && html`<${Loading} />`}
      ${me && html`<${Account} me=${me} />`}
      <${Appearance} />
      ${me && html`<${Budgets} me=${me} />`}
      ${me?.role === "admin" && html`<${Keys} me=${me} />`}
      ${me && html`<${Server} /><${Deliveries} me=${me} /><${RemoveData} me=${me} />`}
    </div>
  <//>`;
}
