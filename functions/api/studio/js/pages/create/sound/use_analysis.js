import { useEffect, useState } from "../../../../vendor/preact.js";
import { ApiError, call, wait } from "../../../api.js";

const LOOK_MS = 700;
const LONGEST_LOOK_MS = 3000;
const NOTHING = { value: null, error: null, isLoading: false };

/**
 * Ask for what is heard in a file, and for the parts of about `seconds` that suit a short video.
 * @param {string} upload its id; "": nothing is asked
 * @param {number} seconds
 * @returns {{value: object | null, error: Error | null, isLoading: boolean, retry: () => void}} `value`: the answer of
 *   GET /audio/analyses/ID once it is ready
 */
export function useAnalysis(upload, seconds) {
  const [state, setState] = useState(NOTHING);
  const [attempt, setAttempt] = useState(0);
  const id = state.value?.upload_id === upload ? state.value.analysis_id : "";
  useEffect(() => {
    if (!upload) return setState(NOTHING);
    return watch(setState, async (signal) => {
      const begun = await call("POST", "/audio/analyze", { body: { upload_id: upload }, signal });
      return { ...(await follow(`/audio/analyses/${begun.analysis_id}?target_sec=${seconds}`, begun, signal)), upload_id: upload };
    });
  }, [upload, attempt]);
  useEffect(() => {
    if (!id) return undefined;
    const stopping = new AbortController();
    call("GET", `/audio/analyses/${id}?target_sec=${seconds}`, { signal: stopping.signal }).then(
      ({ best }) => setState((before) => (before.value ? { ...before, value: { ...before.value, best } } : before)),
      () => {}, // the parts of another length stay
    );
    return () => stopping.abort();
  }, [id, seconds]);
  return { ...state, retry: () => setAttempt(attempt + 1) };
}

/** Run `work` and tell its outcome, until the returned function is called. */
export function watch(setState, work) {
  const stopping = new AbortController();
  setState({ value: null, error: null, isLoading: true });
  work(stopping.signal).then(
    (value) => stopping.signal.aborted || setState({ value, error: null, isLoading: false }),
    (error) => stopping.signal.aborted || setState({ value: null, error, isLoading: false }),
  );
  return () => stopping.abort();
}

/** Ask for an answer until it is ready. @throws {ApiError} with the problem in words, if it failed */
export async function follow(path, begun, signal) {
  let answer = begun;
  for (let pause = LOOK_MS; answer.state === "pending"; pause = Math.min(pause * 1.1, LONGEST_LOOK_MS)) {
    await wait(pause, signal);
    answer = await call("GET", path, { signal });
  }
  if (answer.state !== "failed") return answer;
  throw new ApiError(422, { detail: answer.problem });
}
