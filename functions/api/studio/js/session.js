/** The API key of the reader, in memory; in sessionStorage too if the reader wants to stay signed in in this tab. */
import { createStore } from "./store.js";

const KEY = "sutradhar.key";

/** The key; "": none. It is in no URL, no cookie and no localStorage. */
export const apiKey = createStore(readKey());

/** Whether a call was refused for want of a valid key: the shell then asks for one. */
export const needsKey = createStore(false);

function readKey() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

/** Use `key` from now on. `stay`: until this tab closes, also after a reload. */
export function signIn(key, stay) {
  try {
    if (stay) sessionStorage.setItem(KEY, key);
    else sessionStorage.removeItem(KEY);
  } catch {
    // without storage the key lasts as long as the page
  }
  apiKey.set(key);
  needsKey.set(false);
}

/** Forget the key. */
export function signOut() {
  signIn("", false);
}

/** Ask the reader for a key. Resolves with true once there is another one, with false if the reader gives none. */
export function askForKey() {
  const before = apiKey.get();
  needsKey.set(true);
  return new Promise((resolve) => {
    const stop = needsKey.listen((needed) => {
      if (needed) return;
      stop();
      resolve(apiKey.get() !== "" && apiKey.get() !== before);
    });
  });
}
