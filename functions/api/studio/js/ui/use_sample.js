import { useEffect, useRef, useState } from "../../vendor/preact.js";
import { call, fileUrl, wait } from "../api.js";
import { t } from "../text.js";
import { announce } from "./announce.js";

const ASK_EVERY_MS = 250;
const PATIENCE_MS = 60_000;
const IDLE = { voice: "", state: "", problem: "" };

/**
 * Play the sample of one voice at a time.
 * @param {string} language that the voices speak
 * @param {() => void} [onMade] told when a sample was made, so that its price is gone
 * @param {{text?: string, delivery?: object}} [words] what it speaks; left out: the sentence of all samples
 * @returns {{voice: string, state: "" | "making" | "playing", problem: string, toggle: (voice: {voice: string,
 *   sample_url?: string | null}) => void, stop: () => void}} `voice`: the one that speaks, or that could not
 */
export function useSample(language, onMade, words = {}) {
  const [shown, setShown] = useState(IDLE);
  const running = useRef(null);
  const stop = () => {
    running.current?.abort();
    running.current = null;
    setShown(IDLE);
  };
  useEffect(() => stop, [language]);
  const play = async (voice) => {
    const stopping = new AbortController();
    running.current = stopping;
    const tell = (state, problem = "") => stopping.signal.aborted || setShown({ voice: voice.voice, state, problem });
    try {
      let url = voice.sample_url;
      if (!url) {
        tell("making");
        url = await makeSample({ voice: voice.voice, language, ...words }, stopping.signal);
        onMade?.();
      }
      tell("playing");
      await playToEnd(fileUrl(url), stopping.signal);
      if (!stopping.signal.aborted) stop();
    } catch (error) {
      if (stopping.signal.aborted) return;
      running.current = null;
      const problem = error.errors?.[0]?.message || error.detail || error.message || t("voice.failed");
      tell("", problem);
      announce(problem);
    }
  };
  const toggle = (voice) => {
    const isActive = running.current && shown.voice === voice.voice;
    stop();
    if (!isActive) play(voice);
  };
  return { ...shown, toggle, stop };
}

/** Order a sample and return its URL when a worker has made it. */
async function makeSample(body, signal) {
  let sample = await call("POST", "/voices/sample", { body, signal });
  const end = Date.now() + PATIENCE_MS;
  while (sample.state === "making" && Date.now() < end) {
    await wait(ASK_EVERY_MS, signal);
    sample = await call("GET", `/voices/sample/${sample.sample_id}`, { signal });
  }
  if (sample.state === "ready") return sample.audio_url;
  throw new Error(sample.problem || t("voice.too_slow"));
}

/** Play a sound; resolve at its end, or when `signal` aborts. */
function playToEnd(url, signal) {
  const audio = new Audio(url);
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => {
      audio.pause();
      resolve();
    }, { once: true });
    audio.addEventListener("ended", resolve);
    audio.addEventListener("error", () => reject(new Error(t("voice.failed"))));
    // a browser that waits for another click after a long wait says so
    audio.play().catch((error) => reject(new Error(error.name === "NotAllowedError" ? t("voice.again") : t("voice.failed"))));
  });
}
