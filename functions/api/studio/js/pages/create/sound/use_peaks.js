import { useEffect, useState } from "../../../../vendor/preact.js";
import { fileUrl } from "../../../api.js";
import { findPeaks } from "../../../lib/waveform.js";

/** The rate in Hz at which the song is read for its drawing; it takes 2 MB of memory for a minute and a channel. */
const RATE = 8000;
const PEAKS_PER_SEC = 100;
/** A longer song keeps the peaks of its analysis, in seconds. */
const LONGEST_SEC = 900;

/** Return the peaks of a song for a close view: those of the analysis, until the browser has read the file itself. */
export function usePeaks(url, duration, coarse = []) {
  const [fine, setFine] = useState(null);
  useEffect(() => {
    setFine(null);
    if (duration > LONGEST_SEC) return undefined;
    const stopping = new AbortController();
    readPeaks(fileUrl(url), stopping.signal).then((peaks) => stopping.signal.aborted || setFine(peaks), () => {});
    return () => stopping.abort();
  }, [url]);
  return fine ?? coarse;
}

async function readPeaks(url, signal) {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const context = new OfflineAudioContext(1, RATE, RATE);
  const sound = await context.decodeAudioData(await response.arrayBuffer());
  return findPeaks(sound.getChannelData(0), sound.sampleRate, PEAKS_PER_SEC);
}
