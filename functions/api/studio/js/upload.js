/** Send files from this page: the tools of lib/uploader.js. */
import { ApiError, call } from "./api.js";
import { discardFile, readName, sendFile, UPLOADS } from "./lib/uploader.js";
import { makeUrl, readPath } from "./place.js";
import { apiKey } from "./session.js";

/** @type {import("./lib/uploader.js").Tools} */
const tools = {
  call,
  put: putPiece,
  wait: waitForConnection,
  makeError: (status, problem) => new ApiError(status, problem),
  // of this tab: the URL of a session lets others send to it
  memory: keepInTab(),
  now: Date.now,
};

/** As sendFile of lib/uploader.js. */
export const uploadFile = (file, options) => sendFile(file, tools, options);

/** As discardFile of lib/uploader.js. */
export const discardUpload = (file) => discardFile(file, tools);

/** The names of the files that this tab began to send before a reload, and that go on when they are chosen again. */
export function listUnfinished() {
  try {
    const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(UPLOADS));
    return keys.filter((key) => Date.parse(JSON.parse(sessionStorage.getItem(key)).expires_at) > Date.now()).map(readName);
  } catch {
    return [];
  }
}

/** XMLHttpRequest, since fetch tells no progress of what it sends. */
function putPiece(target, piece, range, { onSent, signal }) {
  const path = readPath(target.url);
  const isOurs = path.startsWith("/uploads/");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(target.method, isOurs ? makeUrl(path) : target.url);
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Range", range);
    if (isOurs && apiKey.get()) request.setRequestHeader("X-API-Key", apiKey.get());
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () => resolve({ status: request.status, range: readRange(request), problem: readProblem(request) });
    request.onerror = () => resolve({ status: 0, range: null });
    request.onabort = () => reject(signal.reason);
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(piece);
  });
}

/** The header Range; null also where the browser does not let us read it. */
function readRange(request) {
  return /^range:/im.test(request.getAllResponseHeaders()) ? request.getResponseHeader("Range") : null;
}

function readProblem(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

/** Resolve after `ms` milliseconds, or as soon as the browser says that it is online again. */
function waitForConnection(ms, signal) {
  return new Promise((resolve, reject) => {
    const end = (settle, value) => () => {
      clearTimeout(timer);
      window.removeEventListener("online", finish);
      settle(value);
    };
    const finish = end(resolve);
    const timer = setTimeout(finish, ms);
    window.addEventListener("online", finish);
    signal?.addEventListener("abort", () => end(reject, signal.reason)(), { once: true });
  });
}

function keepInTab() {
  const held = new Map();
  const attempt = (act, fallback) => {
    try {
      return act();
    } catch {
      return fallback(); // a browser without storage remembers as long as the page lasts
    }
  };
  return {
    getItem: (key) => attempt(() => sessionStorage.getItem(key), () => held.get(key) ?? null),
    setItem: (key, value) => attempt(() => sessionStorage.setItem(key, value), () => held.set(key, value)),
    removeItem: (key) => attempt(() => sessionStorage.removeItem(key), () => held.delete(key)),
  };
}
