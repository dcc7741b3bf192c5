/** Read the text of a file as its writer saw it: old lyrics files are in the encodings of Windows. Pure. */

/** Return the text in bytes: UTF-8 or UTF-16 with or without a mark, else the usual code page of Windows. @param {ArrayBuffer} bytes */
export function decodeText(bytes) {
  const [first, second] = new Uint8Array(bytes.slice(0, 2));
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
