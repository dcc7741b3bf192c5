/** The URL of a file for an element that may be open for longer than a view token lasts: a player that was paused. */
import { useCallback, useRef, useState } from "../../vendor/preact.js";
import { fileUrl } from "../api.js";
import { apiKey } from "../session.js";
import { replaceViewToken } from "../view_token.js";

const PATIENCE_MS = 60_000;

/**
 * Return the src and the onError of a <video>, <audio> or <img>. The src stays the same until the element fails; then it
 * has a new token, and the element goes on where it was.
 * @param {string} url a URL or path of an answer of the API
 * @returns {{src: string, onError: (event: Event) => void}}
 */
export function useFileUrl(url) {
  const held = useRef(null);
  const [, draw] = useState(0);
  if (held.current?.url !== url) held.current = { url, src: fileUrl(url), triedAt: 0 };
  const onError = useCallback(async ({ currentTarget: element }) => {
    const before = held.current;
    if (!apiKey.get() || Date.now() - before.triedAt < PATIENCE_MS) return; // a fault that no token mends
    const { currentTime: position = 0, paused: isPaused = true } = element;
    await replaceViewToken();
    if (held.current !== before) return;
    element.addEventListener?.("loadedmetadata", () => {
      if (position) element.currentTime = position;
      if (!isPaused) element.play().catch(() => {}); // the browser may want a click first
    }, { once: true });
    held.current = { ...before, src: fileUrl(before.url), triedAt: Date.now() };
    draw((count) => count + 1);
  }, []);
  return { src: held.current.src, onError };
}
