/** Start the studio. */
import { html, render } from "../vendor/preact.js";
import { language, loadTexts } from "./text.js";
import { startTheme } from "./theme.js";

startTheme();
document.documentElement.lang = language.get();
await loadTexts("common");
const { Shell } = await import("./shell.js");
render(html`<${Shell} />`, document.getElementById("studio"));
