import { html, useId } from "../../vendor/preact.js";

/** A card with a heading, which names it for screen readers. */
export function Section({ title, lead, actions, children }) {
  const id = useId();
  return html`<section class="card stack" aria-labelledby=${id}>
    <div class="row between"><h2 id=${id}>${title}</h2>${actions}</div>
    ${lead && html`<p class="soft">${lead}</p>`}
    ${children}
  </section>`;
}
