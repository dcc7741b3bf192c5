/** The choice of what is heard: a video may have an audio track for each language. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { fileUrl } from "../../api.js";
import { nameLanguage } from "../../lib/languages.js";
import { language, t } from "../../text.js";
import { Select } from "../../ui/field.js";

const MAX_DRIFT_SEC = 0.15;

/** Play the audio file of the chosen language beside the video: only Safari lets a page choose a track inside the file.
    The video itself is silent meanwhile. */
export function AudioChoice({ tracks, player }) {
  const codes = Object.keys(tracks);
  const [chosen, setChosen] = useState(codes[0]);
  const sound = useRef();
  const isOwn = chosen === codes[0];
  useEffect(() => followVideo(player.current, isOwn ? null : sound.current), [chosen]);
  if (codes.length < 2) return null;
  const choose = (code) => {
    setChosen(code);
    const tracks = [...player.current.textTracks];
    if (tracks.some((track) => track.mode === "showing")) for (const track of tracks) track.mode = track.language === code ? "showing" : "disabled";
  };
  return html`<div class="stack tight">
    <${Select} label=${t("job.audio_language")} value=${chosen} options=${codes.map((code) => [code, nameLanguage(code, language.get())])} onChange=${choose} />
    ${!isOwn && html`<audio key=${chosen} ref=${sound} src=${fileUrl(tracks[chosen])} preload="auto" />`}
  </div>`;
}

/** Let `sound` play as `video` does, which is silent; return the function that ends it. */
function followVideo(video, sound) {
  if (!video || !sound) return undefined;
  const wasMuted = video.muted;
  video.muted = true;
  const step = () => {
    if (!video.muted) {
      // the player's own button means the sound that is heard
      sound.muted = !sound.muted;
      video.muted = true;
    }
    if (Math.abs(sound.currentTime - video.currentTime) > MAX_DRIFT_SEC) sound.currentTime = video.currentTime;
    sound.playbackRate = video.playbackRate;
    sound.volume = video.volume;
    if (video.paused || video.seeking || video.ended) sound.pause();
    else if (sound.paused) sound.play().catch(() => {}); // a browser may want a click first; the next step tries again
  };
  const events = ["play", "playing", "pause", "waiting", "seeking", "seeked", "ratechange", "volumechange", "timeupdate", "ended"];
  for (const event of events) video.addEventListener(event, step);
  step();
  return () => {
    for (const event of events) video.removeEventListener(event, step);
    sound.pause();
    video.muted = wasMuted;
  };
}
