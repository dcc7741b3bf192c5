/** The song, or the voice: choose it, send it, hear it. */
import { html, useState } from "../../../../vendor/preact.js";
import { call } from "../../../api.js";
import { formatClock } from "../../../lib/format.js";
import { loadStyle } from "../../../place.js";
import { loadTexts, t } from "../../../text.js";
import { Button } from "../../../ui/button.js";
import { DropZone } from "../../../ui/drop_zone.js";
import { FieldError } from "../../../ui/field.js";
import { Icon } from "../../../ui/icon.js";
import { MediaPicker } from "../../../ui/media_picker.js";
import { useLoad } from "../../../ui/use_load.js";

await Promise.all([loadTexts("sound"), loadTexts("media"), loadStyle("song")]);

/** `audio`: the part of the draft; `onFile` gets an upload; `children`: another way to get one, such as a recorder, which comes first. */
export function SoundFile({ audio, path, error, label, onFile, children }) {
  const [isChoosing, setChoosing] = useState(false);
  const [isOther, setOther] = useState(false);
  // a plan names the upload only
  const { value: known } = useLoad(async (signal) => (audio.upload && !audio.name ? call("GET", `/uploads/${encodeURIComponent(audio.upload)}`, { signal }) : null), [audio.upload]);
  const name = audio.name || known?.filename || label;
  const seconds = audio.duration_sec || known?.duration_sec;
  const take = ([upload]) => {
    setChoosing(false);
    setOther(false);
    if (upload) onFile(upload);
  };
  const picker = html`<${MediaPicker} isOpen=${isChoosing} kinds=${["audio"]} onChoose=${take} onClose=${() => setChoosing(false)} />`;
  if (audio.upload && !isOther) {
    return html`<div class="field stack tight" data-path=${path}>
      <div class="row between sound-name"><div class="row"><span class="sound-icon"><${Icon} name="music" /></span><div><strong class="sound-title">${name}</strong>
        ${seconds > 0 && html`<span class="soft small numbers"> ${formatClock(seconds)}</span>`}</div></div>
        <${Button} kind="quiet" icon="retry" onClick=${() => setOther(true)}>${t("sound.another")}<//></div>
      <${FieldError} error=${error} />
    </div>`;
  }
  return html`<div class="field stack tight" data-path=${path}>
    ${children}
    <${DropZone} kinds=${["audio"]} onUploaded=${(upload) => take([upload])} />
    <div class="row"><${Button} icon="list" onClick=${() => setChoosing(true)}>${t("sound.my_files")}<//>
      ${audio.upload && html`<${Button} kind="quiet" onClick=${() => setOther(false)}>${t("common.cancel")}<//>`}</div>
    <${FieldError} error=${error} />${picker}
  </div>`;
}
