/** Find the commands in the advice of a check. Pure. */

const COMMAND = /`([^`]+)`|(?:^|[:;,] |\bor )((?:sudo|apt|apt-get|brew|pip|python|sutradhar|gcloud|\.ci\/setup)(?:\s[^;,`(]*)?)(?=$|[;,`(])/g;

/**
 * Return the commands that a reader may copy, such as those of "install ffmpeg: sudo apt install ffmpeg".
 * @param {string} advice
 * @returns {string[]}
 */
export function findCommands(advice) {
  const found = [...advice.matchAll(COMMAND)].map((match) => (match[1] ?? match[2]).trim());
  return [...new Set(found)].filter((text) => text.includes(" ") || text.startsWith("."));
}
