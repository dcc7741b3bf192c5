/** The languages in which a video can be narrated and captioned. Pure. */

/** Their tags, in the order of the table of languages (domain/language/tags.py). */
export const SPOKEN = [
  "en", "hi", "bn", "ta", "te", "mr", "gu", "kn", "ml", "pa", "ur", "ne", "sa",
  "es", "fr", "de", "pt", "it", "id", "ar", "ru", "ja", "ko", "zh",
];

/** Return the name of a language in another one: nameLanguage("ta", "en") is "Tamil". */
export function nameLanguage(tag, reader) {
  return new Intl.DisplayNames([reader], { type: "language", fallback: "code" }).of(tag);
}

/** Return [tag, name] for each of `tags`, by name in the order of the reader's alphabet. */
export function listChoices(reader, tags = SPOKEN) {
  const collator = new Intl.Collator(reader);
  return tags.map((tag) => [tag, nameLanguage(tag, reader)]).sort((a, b) => collator.compare(a[1], b[1]));
}

/** Return the fields of a plan for a new spoken language: the first of its languages, if it has several. */
export function changeSpoken(plan, language) {
  const others = listOthers(plan).filter((one) => one !== language);
  return others.length && language ? { language, languages: [language, ...others] } : { language: language || null, languages: null };
}

/** Return the languages, besides the spoken one, in which a plan is narrated too. */
export function listOthers(plan) {
  return (plan.languages ?? []).filter((one) => one !== (plan.language ?? plan.languages[0]));
}

/** Return the fields of a plan that is narrated in `others` too. A plan whose language follows its text gets `usual`. */
export function changeOthers(plan, others, usual) {
  if (!others.length) return { languages: null, language_output: null };
  const language = plan.language ?? plan.languages?.[0] ?? usual;
  return { language, languages: [language, ...others.filter((one) => one !== language)] };
}
