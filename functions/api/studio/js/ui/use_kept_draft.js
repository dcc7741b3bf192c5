import { useCallback, useState } from "../../vendor/preact.js";

/**
 * Keep what the reader writes in this tab, also over a reload, until it is dropped.
 * @template T
 * @param {string} name of the draft, in sessionStorage
 * @param {() => T} create
 * @returns {[T, (value: T) => void, () => void]}
 */
export function useKeptDraft(name, create) {
  const key = `sutradhar.${name}`;
  const [value, setValue] = useState(() => read(key) ?? create());
  const keep = useCallback((next) => {
    setValue(next);
    write(key, next);
  }, [key]);
  const drop = useCallback(() => write(key, null), [key]);
  return [value, keep, drop];
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // without storage the draft lasts as long as the page
  }
}
