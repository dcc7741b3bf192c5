/** The pages, and the address of the one that is shown: #/job/ID?tab=log */
import { createStore } from "./store.js";

/** Each page: its name, the pattern of its address, and its module. */
export const ROUTES = [
  { name: "create", pattern: ["create"], load: () => import("./pages/create.js") },
  { name: "job", pattern: ["job", ":id"], load: () => import("./pages/job.js") },
  { name: "review", pattern: ["job", ":id", "review"], load: () => import("./pages/review.js") },
  { name: "edit", pattern: ["job", ":id", "edit"], load: () => import("./pages/edit.js") },
  { name: "library", pattern: ["library"], load: () => import("./pages/library.js") },
  { name: "batches", pattern: ["batches"], load: () => import("./pages/batches.js") },
  { name: "new_batch", pattern: ["batches", "new"], load: () => import("./pages/new_batch.js") },
  { name: "batch", pattern: ["batches", ":id"], load: () => import("./pages/batch.js") },
  { name: "brands", pattern: ["brands"], load: () => import("./pages/brands.js") },
  { name: "brand", pattern: ["brands", ":name"], load: () => import("./pages/brand.js") },
  { name: "approvals", pattern: ["approvals"], load: () => import("./pages/approvals.js") },
  { name: "approval", pattern: ["approvals", ":id"], load: () => import("./pages/approval.js") },
  { name: "more", pattern: ["more"], load: () => import("./pages/more.js") },
  { name: "publish", pattern: ["publish"], load: () => import("./pages/publish.js") },
  { name: "metrics", pattern: ["metrics"], load: () => import("./pages/metrics.js") },
  { name: "settings", pattern: ["settings"], load: () => import("./pages/settings.js") },
];
const HOME = "create";

/** The page that is shown: {route, params, query}; `route` is null for an unknown address. */
export const place = createStore(readHash(location.hash));

/** Whether the reader went to another page since the studio was opened. */
export const hasMoved = createStore(false);

addEventListener("hashchange", () => {
  hasMoved.set(true);
  place.set(readHash(location.hash));
});

/** Return what a hash names. @param {string} hash "#/job/job-1?tab=log" */
export function readHash(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const parts = path.split("/").filter(Boolean).map(decode);
  const shown = parts.length ? parts : [HOME];
  const route = ROUTES.find(({ pattern }) => matches(pattern, shown)) ?? null;
  const params = {};
  route?.pattern.forEach((part, index) => {
    if (part.startsWith(":")) params[part.slice(1)] = shown[index];
  });
  return { route, params, query: new URLSearchParams(search) };
}

function matches(pattern, parts) {
  return pattern.length === parts.length && pattern.every((part, index) => part.startsWith(":") || part === parts[index]);
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Return the address of a page for an href: makeHash("job", {id}), makeHash("library", {}, {q: "tea"}).
 * Empty values of the query are left out.
 */
export function makeHash(name, params = {}, query = {}) {
  const { pattern } = ROUTES.find((route) => route.name === name);
  const path = pattern.map((part) => (part.startsWith(":") ? encodeURIComponent(params[part.slice(1)]) : part)).join("/");
  const filled = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const search = new URLSearchParams(filled).toString();
  return `#/${path}${search ? `?${search}` : ""}`;
}

/** Open a page. */
export function openPage(name, params, query) {
  location.hash = makeHash(name, params, query);
}

/** Change the query of the page that is shown, without a new entry in the history. */
export function replaceQuery(query) {
  const { route, params } = place.get();
  history.replaceState(null, "", makeHash(route.name, params, query));
  place.set(readHash(location.hash));
}
