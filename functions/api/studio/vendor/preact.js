/**
 * Preact 11.2.0 (MIT), its hooks, and htm 3.1.1 (Apache-2.0), as one module. The files beside it are those of the npm
 * packages, without the line that names a source map; preact-hooks.js imports ./preact-core.js instead of "preact".
 */
import { h } from "./preact-core.js";
import htm from "./htm.js";

export { Component, Fragment, createContext, createPortal, createRef, h, render } from "./preact-core.js";
export * from "./preact-hooks.js";

/** Return the elements of a template: html`<p class="note">${text}</p>`. Values become attributes and text, never HTML. */
export const html = htm.bind(h);
