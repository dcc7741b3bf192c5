/** The pages that a narrow menu has no place for. */
import { html } from "../../vendor/preact.js";
import { MENU } from "../menu.js";
import { loadStyle } from "../place.js";
import { makeHash } from "../router.js";
import { loadTexts, t } from "../text.js";
import { Icon } from "../ui/icon.js";
import { Page } from "../ui/page.js";

await Promise.all([loadTexts("more"), loadStyle("more")]);

export default function MorePage() {
  return html`<${Page} title=${t("common.more")}>
    <ul class="plain grid">${MENU.filter(({ isWide }) => isWide).map(({ name, icon }) => html`<li key=${name}>
      <a class="card more-link" href=${makeHash(name)}><${Icon} name=${icon} /><span><strong>${t(`common.${name}`)}</strong><span class="soft small">${t(`more.${name}`)}</span></span></a>
    </li>`)}</ul>
  <//>`;
}
