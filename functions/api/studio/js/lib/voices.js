/** Order and name the voices of GET /voices. */

const NAMES = { elevenlabs: "ElevenLabs", espeak_ng: "eSpeak NG", googletts: "Google", hibari: "Hibari", open_jtalk: "Open JTalk", openai: "OpenAI", piper: "Piper" };
const GENDERS = ["F", "M"];

/** Return the name of a provider as it writes itself. */
export function nameProvider(provider) {
  return NAMES[provider] ?? provider;
}

/**
 * Split the voices into those that are seen at once and the others. The chosen one is always seen, also while the list is
 * loading and if the server does not know it.
 * @param {object[]} voices of GET /voices
 * @param {string} value the chosen voice
 * @returns {{first: object[], others: object[]}} each voice with `isGender`: it is F or M, not a provider's own
 */
export function sortVoices(voices, value) {
  const known = voices.map((voice) => ({ ...voice, isGender: GENDERS.includes(voice.voice) }));
  const missing = [...GENDERS, value].filter((name) => name && !known.some((voice) => voice.voice === name));
  const named = [...new Set(missing)].map((name) => ({ voice: name, isGender: GENDERS.includes(name) }));
  const all = [...known, ...named].sort((one, other) => rank(one) - rank(other));
  const isFirst = (voice) => voice.isGender || voice.voice === value;
  return { first: all.filter(isFirst), others: all.filter((voice) => !isFirst(voice)) };
}

function rank({ voice, isGender }) {
  return isGender ? GENDERS.indexOf(voice) : GENDERS.length;
}
