import { useRef } from "../../../../vendor/preact.js";
import { getOwnAudio } from "../../../lib/own_audio.js";

/**
 * Return the part of the draft for a way, and a function that changes it. The function works on the newest draft, also when
 * a file arrives that was sent long before.
 * @param {object} draft
 * @param {"song" | "recording"} way
 * @param {(draft: object) => void} onChange
 * @returns {[object, (fields: object | ((audio: object) => object)) => void]}
 */
export function useOwnAudio(draft, way, onChange) {
  const latest = useRef();
  latest.current = { draft, onChange };
  const change = (fields) => {
    const { current } = latest;
    const audio = getOwnAudio(current.draft, way);
    current.draft = { ...current.draft, [way]: typeof fields === "function" ? fields(audio) : { ...audio, ...fields } };
    current.onChange(current.draft);
  };
  return [getOwnAudio(draft, way), change];
}
