import { html, useEffect, useRef, useState } from "../../vendor/preact.js";

/** A part that is drawn when it first comes near the window. `aspect`: the place that is kept for it, such as "16 / 9". */
export function Lazy({ aspect, children }) {
  const [isNear, setNear] = useState(false);
  const place = useRef();
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && setNear(true), { rootMargin: "300px" });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return html`<div ref=${place} style=${isNear ? {} : { aspectRatio: aspect }}>${isNear && children}</div>`;
}
