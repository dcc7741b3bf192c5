/**
 * The words of the page in the language of the reader. A module that shows words begins with
 * `await loadTexts("create")`, which reads js/text/LANGUAGE/create.js, and then calls t("create.topic", {name}).
 *
 * A further interface language is one file, js/text/LANGUAGE.js, whose default export has the texts of each part:
 * {create: {topic: "…"}}. A text that it lacks is shown in English.
 */
import { createStore } from "./store.js";
import { fillText } from "./lib/fill_text.js";
import { nameLanguage } from "./lib/languages.js";

const FURTHER = document.querySelector('meta[name="texts"]')?.content.split(" ").filter(Boolean) ?? [];
/** The interface languages, by their own names. */
export const LANGUAGES = { en: "English", hi: "हिन्दी", ...Object.fromEntries(FURTHER.map((code) => [code, nameLanguage(code, code)])) };
const KEY = "sutradhar.language";
const texts = {};
const loaded = new Set();

/** The language of the interface. */
export const language = createStore(chooseLanguage());

function chooseLanguage() {
  const wanted = [readStored(KEY), ...(navigator.languages ?? [])].filter(Boolean).map((one) => one.slice(0, 2));
  return wanted.find((one) => one in LANGUAGES) ?? "en";
}

/** Return a stored preference; null if the browser keeps none. */
export function readStored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keep a preference, if the browser keeps any. */
export function keepStored(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // a private window may refuse; the choice then lasts as long as the page
  }
}

/** Load the texts of the parts `names` in the current language. */
export async function loadTexts(...names) {
  names.forEach((name) => loaded.add(name));
  let code;
  do {
    code = language.get();
    await readParts(code, names);
  } while (code !== language.get()); // the reader chose another language meanwhile
}

async function readParts(code, names) {
  const missing = names.filter((name) => !texts[`${code}/${name}`]);
  const folder = FURTHER.includes(code) ? "en" : code;
  const own = folder === code ? {} : (await import(`./text/${code}.js`)).default;
  const modules = await Promise.all(missing.map((name) => import(`./text/${folder}/${name}.js`)));
  missing.forEach((name, index) => (texts[`${code}/${name}`] = { ...modules[index].default, ...own[name] }));
}

/** Change the language of the interface. Resolves when its texts are loaded. */
export async function setLanguage(code) {
  let count;
  do {
    count = loaded.size;
    await readParts(code, [...loaded]);
  } while (loaded.size > count); // a page that opened meanwhile has more parts
  keepStored(KEY, code);
  document.documentElement.lang = code;
  language.set(code);
}

/**
 * Return a text of the page.
 * @param {string} key the part and the name: "create.topic"
 * @param {Record<string, unknown>} [values] the values of its {placeholders}; `count` chooses the plural form
 */
export function t(key, values) {
  const [part, name] = key.split(".", 2);
  const text = texts[`${language.get()}/${part}`]?.[name];
  if (text === undefined) throw new Error(`no text ${key} in ${language.get()}`);
  return fillText(text, values, language.get());
}

/** Return whether there is a text with this key, for words that the server chooses, such as states. */
export function hasText(key) {
  const [part, name] = key.split(".", 2);
  return texts[`${language.get()}/${part}`]?.[name] !== undefined;
}
