/** Move the items of a list by dragging a handle, with a mouse, a pen or a finger. */
import { useRef, useState } from "../../vendor/preact.js";

/** Near the top and the bottom of the window, where phones have bars, a drag scrolls the page. */
const EDGE_PX = { top: 72, bottom: 150 };
const SCROLL_PX = 10;

/**
 * Return a function that gives item `index` what its handle and its row need:
 * {isDragged, isTarget, handle: {onPointerDown}}.
 * @param {{current: HTMLElement}} list the element whose children are the items
 * @param {number} count
 * @param {(from: number, to: number) => void} onMove
 */
export function useReorder(list, count, onMove) {
  const [state, setState] = useState(null);
  const latest = useRef();
  latest.current = { state, onMove };
  const begin = (index) => (event) => {
    if (event.button) return;
    event.preventDefault();
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    setState({ from: index, to: index });
    let y = innerHeight / 2; // until the pointer moves, nothing scrolls
    const follow = (moved) => {
      y = moved.clientY;
      setState({ from: index, to: findIndex(list.current, y, count) });
    };
    const scroll = () => {
      const by = y < EDGE_PX.top ? -SCROLL_PX : y > innerHeight - EDGE_PX.bottom ? SCROLL_PX : 0;
      if (by) {
        scrollBy({ top: by, behavior: "instant" });
        setState({ from: index, to: findIndex(list.current, y, count) });
      }
      frame = requestAnimationFrame(scroll);
    };
    let frame = requestAnimationFrame(scroll);
    const end = (ended) => {
      cancelAnimationFrame(frame);
      handle.removeEventListener("pointermove", follow);
      handle.removeEventListener("pointerup", end);
      handle.removeEventListener("pointercancel", end);
      const { state: last, onMove: move } = latest.current;
      setState(null);
      if (ended.type === "pointerup" && last && last.to !== last.from) move(last.from, last.to);
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("pointerup", end);
    handle.addEventListener("pointercancel", end);
  };
  return (index) => ({
    isDragged: state?.from === index,
    isTarget: state !== null && state.to === index && state.from !== index,
    handle: { onPointerDown: begin(index) },
  });
}

function findIndex(list, y, count) {
  const middles = [...list.children].slice(0, count).map((child) => child.getBoundingClientRect()).map((box) => box.top + box.height / 2);
  const below = middles.filter((middle) => y > middle).length;
  return Math.min(count - 1, below);
}
