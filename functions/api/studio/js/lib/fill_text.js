/** Fill the placeholders of a text. Pure. */

/**
 * Return `text` with its {placeholders} filled. A text with plural forms is an object: {one: "1 scene", other: "{count} scenes"}.
 * @param {string | Record<string, string>} text
 * @param {Record<string, unknown>} [values] numbers are written in the language's own way
 * @param {string} language "en" or "hi"
 */
export function fillText(text, values = {}, language = "en") {
  const form = typeof text === "string" ? text : (text[new Intl.PluralRules(language).select(Number(values.count))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (whole, name) => {
    if (!(name in values)) return whole;
    const value = values[name];
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : String(value);
  });
}
