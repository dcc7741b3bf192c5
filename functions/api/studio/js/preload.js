/** Ask for all files of a page at once; its modules would else be found one after another. */
import { FILES } from "./place.js";

const asked = new Set();
/** The languages whose texts have a file for each part; the others have one file, and English for what it lacks. */
const FOLDERS = ["en", "hi"];

/** @param {string} name of a page @param {string} language of the page */
export function preloadPage(name, language) {
  const list = document.querySelector(`meta[name="page-${name}"]`)?.content ?? "";
  for (const file of list.split(" ").filter(Boolean)) {
    const { href } = new URL(file.replace("*", FOLDERS.includes(language) ? language : "en"), FILES);
    if (asked.has(href)) continue;
    asked.add(href);
    const link = document.createElement("link");
    Object.assign(link, file.endsWith(".css") ? { rel: "preload", as: "style" } : { rel: "modulepreload" }, { href });
    document.head.append(link);
  }
}
