/** Files that are dropped anywhere on the page. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Icon } from "../../ui/icon.js";

/** Call `onFiles` with files that are dropped on the page, but not on a zone of their own. Return whether some hover. */
export function usePageDrop(onFiles) {
  const [isOver, setOver] = useState(false);
  const latest = useRef();
  latest.current = onFiles;
  useEffect(() => {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files") && !event.target.closest?.(".drop, dialog");
    const hover = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event) => event.relatedTarget || setOver(false);
    const drop = (event) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      latest.current([...event.dataTransfer.files]);
    };
    const listeners = { dragover: hover, dragleave: leave, drop };
    for (const [name, listen] of Object.entries(listeners)) addEventListener(name, listen);
    return () => {
      for (const [name, listen] of Object.entries(listeners)) removeEventListener(name, listen);
    };
  }, []);
  return isOver;
}

/** A veil over the page while files hover over it. */
export function DropVeil() {
  return html`<div class="veil" aria-hidden="true"><div class="card"><${Icon} name="upload" />${t("create.drop_here")}</div></div>`;
}
