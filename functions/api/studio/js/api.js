/** Call the API. */
import { hasEnded } from "./lib/job_state.js";
import { createEventReader } from "./lib/sse.js";
import { makeUrl, readPath } from "./place.js";
import { apiKey, askForKey } from "./session.js";
import { createStore } from "./store.js";
import { addViewToken, prepareViewToken } from "./view_token.js";

/** Whether the server answers. */
export const isConnected = createStore(true);
/** Whether a call was answered since the reader signed in: until then a call in the background would ask for a key. */
export const hasAnswered = createStore(false);
apiKey.listen(() => hasAnswered.set(false));
const WAITS_MS = [400, 1000, 2000, 4000];
const LOOK_EVERY_MS = 2000;

/** An answer that says what is wrong (RFC 9457), or no answer at all: status 0. */
export class ApiError extends Error {
  /** @param {number} status @param {Record<string, any>} problem the problem+json of the answer */
  constructor(status, problem, retryAfter = null) {
    super(problem.detail || problem.title || `status ${status}`);
    this.status = status;
    /** The whole body of the answer. */
    this.problem = problem;
    this.title = problem.title ?? "";
    this.detail = problem.detail ?? "";
    /** @type {{path: string, message: string}[]} every wrong field of the request */
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? "";
    /** Seconds after which the call may be repeated; null: unknown. */
    this.retryAfter = retryAfter;
  }
}

/**
 * Call the API and return the JSON of its answer; null for an answer without a body.
 * @param {string} method
 * @param {string} path such as "/library?page=2"
 * @param {{body?: unknown, headers?: Record<string, string>, signal?: AbortSignal, onHeaders?: (headers: Headers) => void}} [options]
 * @throws {ApiError} the API refused, or did not answer. A GET that gets no answer is repeated for some seconds first.
 */
export async function call(method, path, options = {}) {
  const response = await send(method, path, options);
  options.onHeaders?.(response.headers);
  if (response.status === 204 || response.status === 304) return null;
  return response.headers.get("Content-Type")?.includes("json") ? response.json() : null;
}

/** Call the API and return the Response, whose status is below 400. As `call` otherwise. */
export async function send(method, path, { body, headers = {}, signal } = {}) {
  const isJson = body !== undefined && !(body instanceof Blob);
  for (;;) {
    const key = apiKey.get();
    const request = {
      method,
      signal,
      cache: "no-store",
      credentials: "omit",
      headers: { ...(isJson ? { "Content-Type": "application/json" } : {}), ...(key ? { "X-API-Key": key } : {}), ...headers },
      body: isJson ? JSON.stringify(body) : body,
    };
    const response = await fetchWithPatience(makeUrl(path), request);
    if (response.status < 400) {
      hasAnswered.set(true);
      await prepareViewToken(); // so that fileUrl works for what the answer names
      return response;
    }
    if (response.status === 401 && (apiKey.get() !== key || (await askForKey()))) continue;
    throw await readError(response);
  }
}

async function fetchWithPatience(url, request) {
  const waits = request.method === "GET" ? WAITS_MS : [];
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(url, request);
      isConnected.set(true);
      return response;
    } catch (error) {
      if (request.signal?.aborted || error.name === "AbortError") throw error;
      noteLoss();
      if (attempt >= waits.length) throw new ApiError(0, {});
      await wait(waits[attempt], request.signal);
    }
  }
}

let isLooking = false;

function noteLoss() {
  isConnected.set(false);
  if (isLooking) return;
  isLooking = true;
  const look = async () => {
    try {
      await fetch(makeUrl("/health"), { cache: "no-store" }); // Cloud Run keeps paths that end in z to itself
      isLooking = false;
      isConnected.set(true);
    } catch {
      setTimeout(look, LOOK_EVERY_MS);
    }
  };
  setTimeout(look, LOOK_EVERY_MS);
}

async function readError(response) {
  const after = Number(response.headers.get("Retry-After"));
  const problem = await response.json().catch(() => ({ title: response.statusText }));
  return new ApiError(response.status, problem, after || null);
}

/** Resolve after `ms` milliseconds. Reject as soon as `signal` aborts. */
export function wait(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/**
 * Return the URL of a file for the src of an element, or the href of a download. Where a key is needed it has a view
 * token, so it works for an hour; the same file keeps its URL nearly as long. A player, which may be open for longer,
 * takes `useFileUrl` of ui/use_file_url.js.
 * @param {string} url a URL or path of an answer of the API
 */
export function fileUrl(url) {
  return makeUrl(addViewToken(readPath(url)));
}

/**
 * Check an API key. @param {string} key
 * @throws {ApiError} 401: it is not valid
 */
export async function checkKey(key) {
  const request = { method: "GET", cache: "no-store", credentials: "omit", headers: { "X-API-Key": key } };
  const response = await fetchWithPatience(makeUrl("/me"), request);
  if (response.status >= 400) throw await readError(response);
}

/**
 * Follow a job until it ends or `signal` aborts.
 * @param {string} id
 * @param {{onStatus: (status: object) => void, signal: AbortSignal}} options gets the answer of GET /render/ID/status,
 *   at once and after each change
 * @throws {ApiError} there is no such job, or the caller may not see it
 */
export async function followJob(id, { onStatus, signal }) {
  const path = `/render/${encodeURIComponent(id)}`;
  let last = "";
  while (!signal.aborted) {
    try {
      const response = await send("GET", `${path}/events`, { signal, headers: last ? { "Last-Event-ID": last } : {} });
      if (response.status === 204) return;
      for await (const event of readEvents(response)) {
        last = event.id ?? last;
        const status = JSON.parse(event.data);
        onStatus(status);
        if (hasEnded(status.state)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status && error.status !== 503 && error.status < 500) throw error;
      // no stream to be had: ask every two seconds, as the API advises
      const status = await call("GET", `${path}/status`, { signal }).catch(() => null);
      if (status) onStatus(status);
      if (status && hasEnded(status.state)) return;
      await wait(LOOK_EVERY_MS, signal).catch(() => {});
    }
  }
}

async function* readEvents(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const events = createEventReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* events.push(value).filter((event) => event.data !== null);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
