/** Where this page and its API are. All of it is relative to this module, so a proxy may serve both below any path. */

/** The folder of this version's files: .../studio/VERSION/ */
export const FILES = new URL("../", import.meta.url);

/** The URL below which the API answers: .../ */
export const API = new URL("../../../", import.meta.url);

/** Return the URL of a call, such as "/render/job-1/status". */
export function makeUrl(path) {
  return new URL(path.replace(/^\//, ""), API).href;
}

/**
 * Return the path of a call from a URL in an answer. Answers have absolute URLs, which name the host as the server knows
 * it (PUBLIC_URL); the page stays on the host that the browser is on.
 * @param {string} url absolute, or a path already
 */
export function readPath(url) {
  if (url.startsWith("/")) return url;
  const { pathname, search } = new URL(url, API);
  const start = pathname.search(/\/(render|uploads|voices|library|publish|publications|templates|batches)\b/);
  return (start < 0 ? pathname : pathname.slice(start)) + search;
}

const styles = new Map();

/** Load css/NAME.css, once. Resolves when it is in force. */
export function loadStyle(name) {
  if (!styles.has(name)) {
    styles.set(name, new Promise((resolve, reject) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = new URL(`css/${name}.css`, FILES).href;
      link.onload = () => resolve();
      link.onerror = () => {
        styles.delete(name);
        reject(new Error(`the style ${name} could not be loaded`));
      };
      document.head.append(link);
    }));
  }
  return styles.get(name);
}
