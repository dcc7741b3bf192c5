/** A text to be spoken becomes scenes. Pure. */

/** The most words of a scene. Voices speak 2 to 3 words a second, and a server takes scenes of 20 seconds. */
const MAX_WORDS = 40;
const SENTENCES = /[^.!?।॥…]+(?:[.!?।॥…]+["'”’)\]]*|$)\s*/gu;

/**
 * Return the narrations of a text: one for each paragraph, and several for a paragraph that is too long for one scene.
 * The parts of a long paragraph are about equally long and end with a sentence.
 * @param {string} text
 * @returns {string[]}
 */
export function splitNarrations(text) {
  return text
    .split(/\n\s*\n/)
    .map((part) => part.trim().replace(/\s*\n\s*/g, " "))
    .filter(Boolean)
    .flatMap(splitParagraph);
}

function splitParagraph(paragraph) {
  const total = countWords(paragraph);
  if (total <= MAX_WORDS) return [paragraph];
  const most = Math.ceil(total / Math.ceil(total / MAX_WORDS));
  const parts = [];
  for (const sentence of paragraph.match(SENTENCES) ?? [paragraph]) {
    const last = parts.at(-1);
    if (last !== undefined && countWords(last) + countWords(sentence) / 2 <= most && countWords(last + sentence) <= MAX_WORDS) parts[parts.length - 1] += sentence;
    else parts.push(sentence);
  }
  return parts.map((part) => part.trim());
}

function countWords(text) {
  return text.split(/\s+/).filter(Boolean).length;
}
