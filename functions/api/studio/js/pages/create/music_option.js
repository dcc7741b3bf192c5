import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { Select } from "../../ui/field.js";
import { Loaded } from "../../ui/loaded.js";

const MOODS = ["devotional", "calm", "joyful", "heroic", "curious", "tender"];
const OWN = "own";
const loadPicker = () => import("../../ui/media_picker.js").then((module) => module.MediaPicker);

/** The music under the voice: a mood, none, or a file of the user's own. `usual`: the mood of the brand. `onChange` gets the plan's `music`. */
export function MusicOption({ music, usual, error, onChange }) {
  const [isChoosing, setChoosing] = useState(false);
  const change = (one) => {
    if (one === OWN) setChoosing(true);
    else onChange(one === "none" ? { enabled: false } : one ? { mood: one } : null);
  };
  const choose = ([upload]) => {
    setChoosing(false);
    if (upload) onChange({ upload: upload.upload_id });
  };
  return html`<div>
    <${Select} label=${t("create.music")} data-path="music" value=${nameMusic(music) || (usual ?? "")} error=${error} options=${[...(usual ? [] : [""]), ...MOODS, "none", OWN].map((one) => [one, t(`create.mood_${one || "auto"}`)])} onChange=${change} />
    ${isChoosing && html`<${Loaded} load=${loadPicker} isOpen kinds=${["audio"]} onChoose=${choose} onClose=${() => setChoosing(false)} />`}
  </div>`;
}

function nameMusic(music) {
  if (music?.upload) return OWN;
  return music === false || music?.enabled === false ? "none" : (music?.mood ?? music ?? "");
}
