import { html, useEffect, useState } from "../../vendor/preact.js";
import { t } from "../text.js";

const PATIENCE_MS = 300;

/** A sign that something is loading; it appears only if that takes a moment. */
export function Loading({ label }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return isShown ? html`<div class="row" role="status"><span class="spinner" /><span>${label ?? t("common.loading")}</span></div>` : null;
}
