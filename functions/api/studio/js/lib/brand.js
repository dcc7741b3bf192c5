/** The fields of a brand, the name that it can have, and the video that shows it. Pure. */

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** "" is a value of its own here: no watermark. */
const EMPTY_COUNTS = new Set(["watermark"]);

/** Return whether a brand can have this name: it is part of a URL and of a file name. */
export function isBrandName(name) {
  return NAME.test(name);
}

/** Return a name for a brand that people know by `title`; "" if the title has no Latin letter or digit. */
export function makeBrandName(title) {
  const letters = title.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return letters.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).replace(/-+$/, "");
}

/** Return the fields to send: what is empty is left out, so that the usual value holds. */
export function makeBrand(fields) {
  return prune(fields, true) ?? {};
}

function prune(value, isTop = false) {
  if (Array.isArray(value)) return value.map((one) => prune(one)).filter((one) => one !== undefined);
  if (value === null || value === undefined || value === "") return undefined;
  if (typeof value !== "object") return value;
  const entries = Object.entries(value).map(([name, one]) => [name, isTop && EMPTY_COUNTS.has(name) && one === "" ? "" : prune(one)]);
  const filled = entries.filter(([, one]) => one !== undefined && !(Array.isArray(one) && !one.length));
  return filled.length ? Object.fromEntries(filled) : undefined;
}

/** Return whether two sets of fields make the same brand. */
export function isSameBrand(one, other) {
  return JSON.stringify(sortNames(makeBrand(one))) === JSON.stringify(sortNames(makeBrand(other)));
}

function sortNames(value) {
  if (Array.isArray(value)) return value.map(sortNames);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sortNames(value[name])]));
}

const SCREENS = ["#26566b", "#8a5a2b", "#3d4a2a"];

/**
 * Return a plan of three scenes that shows what a brand draws: a title, a lower third, and captions.
 * @param {{language: "en" | "hi", aspect: string, words: {title: string, name: string, role: string, lines: string[]}}} sample
 */
export function makeSamplePlan({ language, aspect, words }) {
  const scenes = words.lines.map((narration, index) => ({ narration, color: SCREENS[index % SCREENS.length] }));
  scenes[0].title = { text: words.title };
  if (scenes[1]) scenes[1].lower_third = { text: words.name, subtext: words.role };
  return { title: words.title, language, aspect, subtitle_languages: [language], scenes, music: { enabled: false } };
}

/** Return the name of the file that a brand is saved as. @param {string} name of the brand */
export function nameBrandFile(name) {
  return `${name}.brand.zip`;
}

/** Return the messages of an answer by the field of the editor that shows them: the first part of their path. */
export function sortBrandErrors(errors) {
  const sorted = new Map();
  for (const { path, message } of errors) {
    const field = findField(path.replace(/^(brand|fields)\.?/, ""));
    sorted.set(field, sorted.has(field) ? `${sorted.get(field)} ${message}` : message);
  }
  return sorted;
}

const FIELDS = ["fonts.latin", "fonts.devanagari", "colors.text", "colors.outline", "colors.highlight", "caption_style", "caption_place", "watermark", "logo", "intro", "outro", "voice", "delivery", "music", "style", "publish", "title"];

function findField(path) {
  return FIELDS.find((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)) ?? "";
}

/** Return the fields of a plan that change with its brand: the usual voice gives way to the brand's, unless the writer chose another one. */
export function chooseBrand(plan, name) {
  if (!name) return { brand: null, voice: plan.voice ?? "F" };
  return { brand: name, voice: plan.voice === "F" ? null : plan.voice };
}
