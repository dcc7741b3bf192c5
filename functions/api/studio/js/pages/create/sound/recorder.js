/** Record one's voice in the browser, with a level meter; the recording is sent like a file. */
import { html, useEffect, useRef, useState } from "../../../../vendor/preact.js";
import { formatClock } from "../../../lib/format.js";
import { loadStyle } from "../../../place.js";
import { loadTexts, t } from "../../../text.js";
import { discardUpload, uploadFile } from "../../../upload.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { ErrorBox } from "../../../ui/error_box.js";
import { Icon } from "../../../ui/icon.js";
import { Progress } from "../../../ui/progress.js";
import { useRecorder } from "./use_recorder.js";

await Promise.all([loadTexts("recording"), loadStyle("song")]);

const BARS = 28;
/** A peak stays visible while the meter falls by this share of its width in a second. */
const FALL_PER_SEC = 0.7;

/** `onUploaded` gets the recording, as GET /uploads/ID shows it. */
export function Recorder({ onUploaded }) {
  const sending = useSending(onUploaded);
  const recorder = useRecorder(sending.start);
  const { state, problem } = recorder;
  useEffect(() => {
    if (state === "recording" || state === "paused") announce(t(`recording.${state}`));
  }, [state]);
  if (state === "recording" || state === "paused") return html`<${Running} recorder=${recorder} />`;
  if (sending.file) return html`<${Sending} sending=${sending} />`;
  return html`<div class="stack tight record-row"><${Button} kind="primary" size="large" icon="mic" isBusy=${state === "asking"} onClick=${recorder.start}>${t("recording.record")}<//>
    ${problem && html`<div class="note warn" role="alert"><${Icon} name="info" /><p>${t(`recording.${problem}`)}</p></div>`}</div>`;
}

function Running({ recorder }) {
  const isPaused = recorder.state === "paused";
  return html`<div class="recorder" role="group" aria-label=${t("recording.recorder")}>
    <${Meter} recorder=${recorder} />
    <div class="row">
      <${Button} kind="primary" icon="check" onClick=${recorder.stop}>${t("recording.finish")}<//>
      <${Button} icon=${isPaused ? "mic" : "pause"} onClick=${isPaused ? recorder.resume : recorder.pause}>${t(isPaused ? "recording.resume" : "recording.pause")}<//>
      <${Button} kind="quiet" onClick=${recorder.cancel}>${t("recording.discard")}<//>
    </div>
  </div>`;
}

/** How loud it is now, and how long it is. */
function Meter({ recorder }) {
  const [{ level, seconds, isClipped }, setReading] = useState(recorder.read);
  const clipped = useRef(0);
  useEffect(() => {
    let [frame, level, before] = [0, 0, performance.now()];
    const look = () => {
      const [reading, now] = [recorder.read(), performance.now()];
      if (reading.isClipped) clipped.current = now;
      level = recorder.state === "paused" ? 0 : Math.max(reading.level, level - ((now - before) / 1000) * FALL_PER_SEC);
      before = now;
      setReading({ ...reading, level });
      frame = requestAnimationFrame(look);
    };
    look();
    return () => cancelAnimationFrame(frame);
  }, [recorder.state]);
  const isTooLoud = isClipped || (clipped.current && performance.now() - clipped.current < 1500);
  return html`<div class="row meter-row">
    <span class=${`record-dot ${recorder.state}`} aria-hidden="true" />
    <span class="numbers record-clock" role="timer" aria-label=${t("recording.length")}>${formatClock(Math.floor(seconds))}</span>
    <span class="meter" role="meter" aria-label=${t("recording.level")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(level * 100)}>
      ${Array.from({ length: BARS }, (_, index) => html`<i key=${index} class=${`${index < level * BARS ? "on" : ""} ${index > BARS * 0.88 ? "hot" : ""}`} />`)}
    </span>
    ${isTooLoud ? html`<span class="small too-loud">${t("recording.too_loud")}</span>` : null}
  </div>`;
}

function Sending({ sending }) {
  const { file, share, error } = sending;
  return html`<div class="stack tight grow">
    ${error ? html`<${ErrorBox} error=${error} onRetry=${() => sending.start(file)} /><div><${Button} kind="quiet" onClick=${sending.discard}>${t("recording.discard")}<//></div>` : html`<${Progress} share=${share} label=${file.name} words=${t("recording.sending")} /><span class="soft small" role="status">${t("recording.sending")}</span>`}
  </div>`;
}

/** Send a recording; it is kept here until it has arrived. */
function useSending(onUploaded) {
  const [state, setState] = useState({ file: null, share: 0, error: null });
  const stopping = useRef(null);
  useEffect(() => () => stopping.current?.abort(), []);
  const start = async (file) => {
    const stop = new AbortController();
    stopping.current = stop;
    setState({ file, share: 0, error: null });
    try {
      const upload = await uploadFile(file, { signal: stop.signal, onProgress: (bytes) => setState({ file, share: bytes / file.size, error: null }) });
      setState({ file: null, share: 0, error: null });
      onUploaded(upload);
    } catch (error) {
      if (!stop.signal.aborted) setState({ file, share: 0, error });
    }
  };
  const discard = () => {
    discardUpload(state.file);
    setState({ file: null, share: 0, error: null });
  };
  return { ...state, start, discard };
}
