/** The colours of the page: as the system has them, or as the reader chose. */
import { createStore } from "./store.js";
import { keepStored, readStored } from "./text.js";

const KEY = "sutradhar.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** "system", "light" or "dark". */
export const theme = createStore(["light", "dark"].includes(readStored(KEY)) ? readStored(KEY) : "system");

function apply() {
  const isDark = theme.get() === "dark" || (theme.get() === "system" && system.matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

/** Put the colours into force, and follow the system and the reader's choice. */
export function startTheme() {
  apply();
  system.addEventListener("change", apply);
  theme.listen((choice) => {
    keepStored(KEY, choice);
    apply();
  });
}
