import { html, useEffect, useRef } from "../../vendor/preact.js";

/**
 * The heading and the content of a page. The heading gets the focus when the page opens, so that screen readers begin there.
 * @param {{title: string, lead?: unknown, actions?: unknown}} props `actions`: buttons beside the heading
 */
export function Page({ title, lead, actions, children }) {
  const heading = useRef();
  useEffect(() => {
    // a page that focuses something itself, and the first page of a visit, keep the focus where it is
    if (document.activeElement === document.body && performance.now() > 3000) heading.current.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  useEffect(() => {
    document.title = `${title} · Sutradhar`;
  }, [title]);
  return html`<div class="page">
    <div class="page-head">
      <div class="text"><h1 tabindex="-1" ref=${heading}>${title}</h1>${lead && html`<p class="soft">${lead}</p>`}</div>
      ${actions && html`<div class="row">${actions}</div>`}
    </div>
    ${children}
  </div>`;
}
