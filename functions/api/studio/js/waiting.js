/** How many approvals wait for the reader: agents ask, and only people answer. */
import { useEffect } from "../vendor/preact.js";
import { call, hasAnswered } from "./api.js";
import { apiKey } from "./session.js";
import { createStore, useStore } from "./store.js";

const LOOK_EVERY_MS = 30_000;
const count = createStore(0);

/** Note a count that a page has just read. */
export const setWaiting = count.set;

/** Ask again, such as after an answer. */
export async function countWaiting() {
  try {
    const { approvals } = await call("GET", "/approvals?state=waiting");
    count.set(approvals.length);
  } catch {
    count.set(0); // an agent's key may not see them
  }
}

/** Return the count, and keep it fresh while the page is seen. */
export function useWaiting() {
  const isAdmitted = useStore(hasAnswered);
  const key = useStore(apiKey);
  useEffect(() => {
    if (!isAdmitted) return undefined;
    countWaiting();
    const timer = setInterval(() => document.hidden || countWaiting(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isAdmitted, key]);
  return useStore(count);
}
