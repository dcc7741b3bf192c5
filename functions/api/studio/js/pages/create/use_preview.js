import { useEffect, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { isReady, makePlan } from "../../lib/draft.js";

const WAIT_MS = 500;
const NOTHING = { value: null, error: null, isLoading: false };

/**
 * Ask the API what the draft would make, a moment after each change.
 * @returns {{value: object | null, error: Error | null, isLoading: boolean}} `value`: the answer of POST /plan, of the
 *   newest draft once `isLoading` is false. For a plan with wrong fields its estimate is null.
 */
export function usePreview(draft) {
  const [state, setState] = useState(NOTHING);
  const plan = isReady(draft) ? JSON.stringify(makePlan(draft)) : "";
  useEffect(() => {
    if (!plan) {
      setState(NOTHING);
      return undefined;
    }
    const stopping = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    const timer = setTimeout(() => {
      call("POST", "/plan", { body: JSON.parse(plan), signal: stopping.signal }).then(
        (value) => setState({ value, error: null, isLoading: false }),
        (error) => stopping.signal.aborted || setState({ value: readRefusal(error), error, isLoading: false }),
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [plan]);
  return state;
}

/** Wrong fields are an answer too: they are problems of the plan. */
function readRefusal(error) {
  return error.errors?.length ? { problems: error.errors, notices: [], estimate: null, plan: null } : null;
}
