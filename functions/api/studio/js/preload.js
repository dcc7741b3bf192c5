/** Ask for all files of a page at once; its modules would else be found one after another. */
import { FILES } from "./place.js";

const asked = new Set();

/** @param {string} name of a page @param {string} language "en" or "hi" */
export function preloadPage(name, language) {
  const list = document.querySelector(`meta[name="page-${name}"]`)?.content ?? "";
  for (const file of list.split(" ").filter(Boolean)) {
    const { href } = new URL(file.replace("*", language), FILES);
    if (asked.has(href)) continue;
    asked.add(href);
    const link = document.createElement("link");
    Object.assign(link, file.endsWith(".css") ? { rel: "preload", as: "style" } : { rel: "modulepreload" }, { href });
    document.head.append(link);
  }
}
