/** The entries of the library, page by page, as far as the reader has scrolled. */
import { useCallback, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { call, isConnected } from "../../api.js";
import { mergeEntries } from "../../lib/window.js";

const PAGE = 60;
const LOOK_MS = 3000;
/** The list that was shown last, so that "back" finds it as it was: {key, entries, next, total, scroll}. */
let remembered = null;

/** Return {entries, total, hasMore, isFirstLoad, error, loadMore, reload, change, remove, scroll}. */
export function useEntries(filters) {
  const key = JSON.stringify(filters);
  const [state, setState] = useState(() => (remembered?.key === key ? { ...remembered, isFirstLoad: false, error: null } : start(key)));
  const latest = useRef(state);
  latest.current = state;
  const isLoading = useRef(false);
  const wantsMore = useRef(false); // asked for while another call was under way

  const load = useCallback(async (after) => {
    if (isLoading.current) return;
    isLoading.current = true;
    try {
      const answer = await call("GET", makePath(filters, after));
      setState((before) => (before.key !== key ? before : {
        ...before,
        entries: after ? [...before.entries, ...answer.entries] : before.isFirstLoad ? answer.entries : mergeEntries(before.entries, answer.entries),
        next: after || before.isFirstLoad ? answer.next : before.next,
        total: answer.total ?? before.total,
        isFirstLoad: false,
        error: null,
      }));
    } catch (error) {
      setState((before) => (before.key === key ? { ...before, error } : before));
    }
    isLoading.current = false;
    if (!wantsMore.current) return;
    wantsMore.current = false;
    setTimeout(() => latest.current.key === key && latest.current.next && load(latest.current.next)); // after the new state is drawn
  }, [key]);

  useEffect(() => {
    isLoading.current = wantsMore.current = false;
    if (latest.current.key !== key) setState(start(key));
    load(null);
    const stop = isConnected.listen((connected) => connected && load(null));
    const timer = setInterval(() => document.hidden || (latest.current.entries.some(({ state: one }) => ["pending", "running"].includes(one)) && load(null)), LOOK_MS);
    return () => {
      stop();
      clearInterval(timer);
      remembered = { ...latest.current, scroll: scrollY };
    };
  }, [key]);

  return {
    ...state,
    hasMore: state.next !== null,
    loadMore: () => {
      if (isLoading.current) wantsMore.current = true;
      else if (state.next) load(state.next);
    },
    reload: () => load(null),
    change: (id, fields) => setState((before) => ({ ...before, entries: before.entries.map((entry) => (entry.job_id === id ? { ...entry, ...fields } : entry)) })),
    remove: (id) => setState((before) => ({ ...before, entries: before.entries.filter((entry) => entry.job_id !== id), total: before.total === null ? null : before.total - 1 })),
  };
}

function start(key) {
  return { key, entries: [], next: null, total: null, scroll: 0, isFirstLoad: true, error: null };
}

function makePath(filters, after) {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
  query.set("limit", String(PAGE));
  if (after) query.set("after", after);
  else query.set("page", "1");
  return `/library?${query}`;
}
