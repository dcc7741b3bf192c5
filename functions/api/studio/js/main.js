/** Start the studio. */
import { html, render } from "../vendor/preact.js";
import { preloadPage } from "./preload.js";
import { place } from "./router.js";
import { language, loadTexts } from "./text.js";
import { startTheme } from "./theme.js";

startTheme();
document.documentElement.lang = language.get();
const needed = Promise.all([import("./shell.js"), loadTexts("common")]);
if (place.get().route) preloadPage(place.get().route.name, language.get());
const [{ Shell }] = await needed;
render(html`<${Shell} />`, document.getElementById("studio"));
