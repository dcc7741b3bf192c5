/** Hear a file, and know at each moment which part of it is heard. */
import { html, useEffect, useMemo, useRef, useState } from "../../vendor/preact.js";
import { createStore } from "../store.js";
import { useFileUrl } from "./use_file_url.js";

/** The element that is heard: two sounds at once are noise. */
let heard = null;

/**
 * @param {string} url a URL or path of an answer of the API
 * @returns {{element: unknown, time: import("../store.js").Store, duration: number, isPlaying: boolean, hasFailed: boolean,
 *   play: (start?: number, end?: number) => void, pause: () => void, seek: (seconds: number) => void}} `element` belongs
 *   into the page; `time` is a store of the seconds, which changes with each frame while it plays
 */
export function usePlayer(url) {
  const audio = useRef(null);
  const end = useRef(Infinity);
  const time = useMemo(() => createStore(0), [url]);
  const [isPlaying, setPlaying] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const [duration, setDuration] = useState(0);
  const { src, onError } = useFileUrl(url);
  useEffect(() => setFailed(false), [url]);
  useEffect(() => {
    if (!isPlaying) return undefined;
    let frame = 0;
    const follow = () => {
      const now = audio.current?.currentTime ?? 0;
      time.set(now);
      if (now >= end.current) audio.current?.pause();
      else frame = requestAnimationFrame(follow);
    };
    frame = requestAnimationFrame(follow);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, time]);
  const seek = (seconds) => {
    time.set(seconds);
    if (audio.current) audio.current.currentTime = seconds;
  };
  const play = (start, until = Infinity) => {
    end.current = until;
    if (start !== undefined) seek(start);
    audio.current?.play().catch(() => setPlaying(false));
  };
  const begin = ({ currentTarget }) => {
    if (heard !== currentTarget) heard?.pause();
    heard = currentTarget;
    setPlaying(true);
  };
  const learn = ({ currentTarget }) => {
    setFailed(false);
    setDuration(Number.isFinite(currentTarget.duration) ? currentTarget.duration : 0); // a recording may not tell it
  };
  const fail = (event) => {
    setFailed(true);
    onError(event);
  };
  const element = html`<audio ref=${audio} src=${src} preload="metadata" onPlay=${begin} onPause=${() => setPlaying(false)} onEnded=${() => setPlaying(false)} onLoadedMetadata=${learn} onError=${fail} />`;
  return { element, time, duration, isPlaying, hasFailed, play, pause: () => audio.current?.pause(), seek };
}
