import { html } from "../../vendor/preact.js";

/** A bar that fills. `share`: 0 to 1. `label`: the progress of what; `words`: the progress in words. */
export function Progress({ share, label, words }) {
  const percent = Math.round(100 * Math.min(1, Math.max(0, share)));
  return html`<div class="progress" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent} aria-valuetext=${words}>
    <i style=${{ width: `${percent}%` }} />
  </div>`;
}
