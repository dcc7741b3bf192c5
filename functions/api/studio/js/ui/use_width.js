import { useEffect, useState } from "../../vendor/preact.js";

/** Return the width of the element of `ref` in pixels; it stays right while the window changes. */
export function useWidth(ref) {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    observer.observe(ref.current);
    setWidth(Math.round(ref.current.clientWidth));
    return () => observer.disconnect();
  }, []);
  return width;
}
