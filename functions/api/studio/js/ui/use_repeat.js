import { useEffect, useRef } from "../../vendor/preact.js";

/** Call `act` every `ms` milliseconds while `isWanted` and the page is seen. */
export function useRepeat(act, ms, isWanted) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!isWanted) return undefined;
    const timer = setInterval(() => document.hidden || latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms, isWanted]);
}
