/** The language and the colours of the page. */
import { html } from "../../../vendor/preact.js";
import { useStore } from "../../store.js";
import { LANGUAGES, language, setLanguage, t } from "../../text.js";
import { theme } from "../../theme.js";
import { Choice } from "../../ui/field.js";
import { Section } from "../../ui/section.js";

const THEMES = [["system", "screen"], ["light", "sun"], ["dark", "moon"]];

export function Appearance() {
  const shown = useStore(language);
  const colours = useStore(theme);
  return html`<${Section} title=${t("settings.appearance")}>
    <${Choice} label=${t("settings.language")} value=${shown} options=${Object.entries(LANGUAGES)} onChange=${setLanguage} />
    <${Choice} label=${t("settings.colours")} value=${colours} options=${THEMES.map(([name, icon]) => [name, t(`settings.theme_${name}`), icon])} onChange=${theme.set} />
  <//>`;
}
