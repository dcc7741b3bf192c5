/**
 * The token by which elements load files where a key is needed: <img>, <video>, <audio>, <track> and <a download> send no
 * header, and the key itself is in no URL. It lasts an hour and opens files only (docs/access.md).
 */
import { makeUrl } from "./place.js";
import { apiKey } from "./session.js";

const RENEW_MS = 10 * 60_000;
const LAST_MS = 2 * 60_000;
const MOST_KNOWN = 5000;

/** @type {{key: string, token: string, until: number} | null} */
let current = null;
let renewal = null;
let timer = 0;
/** The token in the URL of each path, so that an image or a video keeps its URL as long as the token lasts. */
const given = new Map();

apiKey.listen(() => {
  current = null;
  given.clear();
  clearTimeout(timer);
});

/** Get a token if a key is in use and there is none yet. Resolves when URLs can be made; it never rejects. */
export async function prepareViewToken() {
  const key = apiKey.get();
  if (!key) return;
  const left = current ? current.until - Date.now() : 0;
  if (left > RENEW_MS) return;
  renewal ??= renew(key).finally(() => (renewal = null));
  if (left < LAST_MS) await renewal;
}

/** Get another token now, since the one in use was refused. */
export async function replaceViewToken() {
  current = null;
  given.clear();
  await prepareViewToken();
}

async function renew(key) {
  try {
    const request = { method: "POST", headers: { "X-API-Key": key }, cache: "no-store", credentials: "omit" };
    const response = await fetch(makeUrl("/me/view-token"), request);
    if (!response.ok) return;
    const { token, expires_at } = await response.json();
    if (apiKey.get() !== key || !token) return;
    current = { key, token, until: Date.parse(expires_at) };
    clearTimeout(timer);
    // a page that shows more images later makes no call before that
    timer = setTimeout(prepareViewToken, Math.max(current.until - Date.now() - RENEW_MS + 1000, 1000));
  } catch {
    // the next call tries again
  }
}

/** Return `path` with the token, if a key is in use. */
export function addViewToken(path) {
  if (!current) return path;
  let known = given.get(path);
  if (!known || known.until - Date.now() < LAST_MS) {
    if (given.size >= MOST_KNOWN) given.clear();
    given.set(path, (known = current));
  }
  return `${path}${path.includes("?") ? "&" : "?"}view=${known.token}`;
}
