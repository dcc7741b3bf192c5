import { useCallback, useEffect, useState } from "../../vendor/preact.js";
import { isConnected } from "../api.js";

/**
 * Load something when a component appears, when `inputs` change, and when a lost connection is found again.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown[]} inputs
 * @returns {{value: T | null, error: Error | null, isLoading: boolean, reload: () => void, setValue: (value: T) => void}}
 */
export function useLoad(load, inputs) {
  const [state, setState] = useState({ value: null, error: null, isLoading: true });
  const [attempt, setAttempt] = useState(0);
  const reload = useCallback(() => setAttempt((one) => one + 1), []);
  useEffect(() => {
    const stopping = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    load(stopping.signal).then(
      (value) => stopping.signal.aborted || setState({ value, error: null, isLoading: false }),
      (error) => stopping.signal.aborted || setState((before) => ({ ...before, error, isLoading: false })),
    );
    return () => stopping.abort();
  }, [...inputs, attempt]);
  useEffect(() => isConnected.listen((connected) => connected && reload()), []);
  const setValue = useCallback((value) => setState({ value, error: null, isLoading: false }), []);
  return { ...state, reload, setValue };
}
