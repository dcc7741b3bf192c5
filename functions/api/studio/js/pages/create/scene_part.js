import { html, useRef } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { formatLength } from "../../lib/format.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { FieldError } from "../../ui/field.js";
import { useLoad } from "../../ui/use_load.js";
import { SceneEditor } from "./scene_editor.js";

/** The scene editor with what belongs to all scenes: own files, limits, and errors. */
export function ScenePart({ plan, errors, onChange, onFiles }) {
  const input = useRef();
  const { value } = useLoad((signal) => call("GET", "/me", { signal }), []);
  const limits = value?.limits;
  const choose = (event) => {
    onFiles([...event.currentTarget.files]);
    event.currentTarget.value = "";
  };
  return html`<div class="stack">
    <div class="row files-row" data-path="scenes">
      <${Button} icon="upload" onClick=${() => input.current.click()}>${t("create.add_files")}<//>
      <span class="soft small">${t("create.add_files_hint")}</span>
      <input type="file" ref=${input} hidden multiple accept="image/*,video/*,.heic,.heif,.mov" aria-label=${t("create.add_files")} onChange=${choose} />
    </div>
    <${FieldError} error=${errors.get("scenes")} />
    <${SceneEditor} plan=${plan} errors=${errors} onChange=${onChange} />
    ${limits && html`<p class="soft small">${t("create.limits", { scenes: limits.scenes, scene: formatLength(limits.scene_sec), video: formatLength(limits.video_sec) })}</p>`}
  </div>`;
}
