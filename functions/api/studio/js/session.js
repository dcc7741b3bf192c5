/** The API key of the reader, in memory; in sessionStorage too if the reader wants to stay signed in in this tab. */
import { createStore } from "./store.js";

const KEY = "sutradhar.key";

/** The key; "": none. It is in no URL, no cookie and no localStorage. */
export const apiKey = createStore(readKey());

/** Whether a call was refused for want of a valid key: the shell then asks for one. */
export const needsKey = createStore(false);
let isGiven = false;

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
  isGiven = key !== "";
  needsKey.set(false);
}

/** How often the reader signed out: the shell then draws the page anew, so that nothing private stays on the screen. */
export const signOuts = createStore(0);

/** Forget the key and what the page shows. */
export function signOut() {
  signIn("", false);
  signOuts.set(signOuts.get() + 1);
}

/** Close the question for a key without an answer. */
export function refuseKey() {
  isGiven = false;
  needsKey.set(false);
}

/** Ask the reader for a key. Resolves with true once there is one that works, with false if the reader gives none. */
export function askForKey() {
  needsKey.set(true);
  return new Promise((resolve) => {
    const stop = needsKey.listen((needed) => {
      if (needed) return;
      stop();
      resolve(isGiven);
    });
  });
}
