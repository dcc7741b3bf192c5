import { html, useEffect, useRef } from "../../vendor/preact.js";
import { hasMoved } from "../router.js";

/**
 * The heading and the content of a page. The heading gets the focus when the page opens, so that screen readers begin there.
 * @param {{title: string, documentTitle?: string, lead?: unknown, actions?: unknown}} props `actions`: buttons beside the
 *   heading; `documentTitle`: the name of the tab, if it is not the heading
 */
export function Page({ title, documentTitle = title, lead, actions, children }) {
  const heading = useRef();
  useEffect(() => {
    // a page that focuses something itself keeps the focus there, and the page that a visit begins with leaves it alone
    const isInPage = document.getElementById("main")?.contains(document.activeElement);
    if (hasMoved.get() && !isInPage) heading.current.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  useEffect(() => {
    document.title = `${documentTitle} · Sutradhar`;
  }, [documentTitle]);
  return html`<div class="page">
    <div class="page-head">
      <div class="text"><h1 tabindex="-1" ref=${heading}>${title}</h1>${lead && html`<div class="soft">${lead}</div>`}</div>
      ${actions && html`<div class="row">${actions}</div>`}
    </div>
    ${children}
  </div>`;
}
