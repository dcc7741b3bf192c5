import { useEffect, useRef, useState } from "../../vendor/preact.js";
import { ApiError, isConnected, send, wait } from "../api.js";
import { readFrameFacts } from "../lib/frame_call.js";

const PAUSE_MS = 180;
const MAX_REPEATS = 4;

/**
 * Load a frame whenever its call changes: after a pause in typing, without those that are out of date. The last image
 * stays until the next one is there.
 * @param {{method: string, path: string, body?: object} | null} frameCall of `makeFrameCall`; null: load nothing yet
 * @param {unknown} version a change loads the same call again
 * @returns {{url: string, facts: object | null, error: Error | null, isLoading: boolean, reload: () => void}}
 */
export function useFrame(frameCall, version) {
  const [state, setState] = useState({ url: "", facts: null, error: null, isLoading: true });
  const [attempt, setAttempt] = useState(0);
  const shown = useRef({ url: "", etag: "" });
  const key = frameCall && JSON.stringify(frameCall);
  useEffect(() => {
    if (!key) return undefined;
    const stopping = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    load(JSON.parse(key), shown.current, stopping.signal).then(
      ({ facts, etag, image }) => {
        if (stopping.signal.aborted) return;
        if (image) {
          URL.revokeObjectURL(shown.current.url);
          shown.current = { url: URL.createObjectURL(image), etag };
        }
        setState({ url: shown.current.url, facts, error: null, isLoading: false });
      },
      (error) => stopping.signal.aborted || setState((before) => ({ ...before, error, isLoading: false })),
    );
    return () => stopping.abort();
  }, [key, version, attempt]);
  const reload = () => setAttempt((one) => one + 1);
  useEffect(() => isConnected.listen((connected) => connected && reload()), []);
  useEffect(() => () => URL.revokeObjectURL(shown.current.url), []);
  return { ...state, reload };
}

/** Return the facts of a frame and its image; without the image if it is the one with `etag`, which is shown already. */
async function load({ method, path, body }, { url, etag }, signal) {
  if (url) await wait(PAUSE_MS, signal);
  const headers = etag ? { "If-None-Match": etag } : {};
  for (let repeat = 0; ; repeat++) {
    try {
      const response = await send(method, path, { body, headers, signal });
      const facts = readFrameFacts(response.headers);
      if (response.status === 304) return { facts };
      return { facts, etag: response.headers.get("ETag") ?? "", image: await response.blob() };
    } catch (error) {
      // the function that draws frames may just be starting
      if (!(error instanceof ApiError) || error.status !== 503 || repeat >= MAX_REPEATS) throw error;
      await wait(1000 * (error.retryAfter ?? 2), signal);
    }
  }
}
