import { useEffect, useRef, useState } from "../../../../vendor/preact.js";

/** The formats that browsers record, the best first; Safari has the last one only. */
const TYPES = [["audio/webm;codecs=opus", "webm"], ["audio/ogg;codecs=opus", "ogg"], ["audio/mp4", "m4a"]];
const METER_SAMPLES = 1024;
/** A voice at this level (dB below full scale) fills no part of the meter. */
const LOWEST_DB = -54;

/**
 * Record the microphone.
 * @param {(file: File) => void} onFile gets the recording
 * @returns {{state: "idle" | "asking" | "recording" | "paused", problem: "" | "denied" | "missing" | "unsupported",
 *   read: () => {level: number, seconds: number, isClipped: boolean}, start: () => void, pause: () => void,
 *   resume: () => void, stop: () => void, cancel: () => void}} `read`: the level, 0 to 1, and the length so far
 */
export function useRecorder(onFile) {
  const [state, setState] = useState("idle");
  const [problem, setProblem] = useState("");
  const own = useRef(null);
  const release = () => {
    own.current?.stream.getTracks().forEach((track) => track.stop());
    own.current?.context.close().catch(() => {});
    own.current = null;
    setState("idle");
  };
  useEffect(() => () => {
    if (own.current) own.current.isCanceled = true;
    release();
  }, []);
  const start = async () => {
    setProblem("");
    const type = TYPES.find(([one]) => globalThis.MediaRecorder?.isTypeSupported(one));
    if (!type || !navigator.mediaDevices?.getUserMedia) return setProblem("unsupported");
    setState("asking");
    try {
      // the browser's own filters are for calls; the recording is cleaned later, and more gently
      const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
      const stream = await navigator.mediaDevices.getUserMedia({ audio });
      own.current = begin(stream, type, (file) => {
        const isCanceled = own.current?.isCanceled;
        release();
        if (!isCanceled) onFile(file);
      });
      setState("recording");
    } catch (error) {
      setProblem(error.name === "NotAllowedError" || error.name === "SecurityError" ? "denied" : "missing");
      release();
    }
  };
  const pause = () => {
    own.current.recorder.pause();
    own.current.clock.pause();
    setState("paused");
  };
  const resume = () => {
    own.current.recorder.resume();
    own.current.clock.resume();
    setState("recording");
  };
  const stop = () => own.current?.recorder.stop();
  const cancel = () => {
    if (own.current) own.current.isCanceled = true;
    stop();
  };
  const read = () => ({ ...readLevel(own.current), seconds: own.current?.clock.read() ?? 0 });
  return { state, problem, read, start, pause, resume, stop, cancel };
}

function begin(stream, [mimeType, suffix], onFile) {
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 128_000 });
  const pieces = [];
  recorder.ondataavailable = ({ data }) => data.size && pieces.push(data);
  recorder.onstop = () => onFile(new File(pieces, `${nameRecording()}.${suffix}`, { type: mimeType.split(";")[0] }));
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: METER_SAMPLES });
  context.createMediaStreamSource(stream).connect(analyser);
  recorder.start(1000); // a piece a second: a browser that ends loses no more
  return { stream, recorder, context, analyser, clock: createClock(), samples: new Float32Array(METER_SAMPLES) };
}

function nameRecording() {
  return `voice-${new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-")}`;
}

/** A clock that can be paused. */
function createClock() {
  let [before, since] = [0, performance.now()];
  return {
    read: () => (before + (since === null ? 0 : performance.now() - since)) / 1000,
    pause() {
      before += performance.now() - since;
      since = null;
    },
    resume() {
      since = performance.now();
    },
  };
}

function readLevel(own) {
  if (!own) return { level: 0, isClipped: false };
  own.analyser.getFloatTimeDomainData(own.samples);
  let peak = 0;
  for (const sample of own.samples) peak = Math.max(peak, Math.abs(sample));
  const level = 1 - (20 * Math.log10(Math.max(peak, 1e-6))) / LOWEST_DB;
  return { level: Math.min(1, Math.max(0, level)), isClipped: peak > 0.98 };
}
