/** Choose the video that is to be published. */
import { html, useState } from "../../../vendor/preact.js";
import { call, fileUrl } from "../../api.js";
import { formatClock } from "../../lib/format.js";
import { makeHash } from "../../router.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error_box.js";
import { TextField } from "../../ui/field.js";
import { Icon } from "../../ui/icon.js";
import { Loading } from "../../ui/loading.js";
import { StateTag } from "../../ui/state_tag.js";
import { useLoad } from "../../ui/use_load.js";

/** `onChoose` gets the status of the chosen job. */
export function ChooseVideo({ isOpen, onClose, onChoose }) {
  return html`<${Dialog} isOpen=${isOpen} isWide title=${t("publish.choose")} onClose=${onClose}>
    ${isOpen && html`<${Choices} onChoose=${onChoose} />`}
  <//>`;
}

function Choices({ onChoose }) {
  const [words, setWords] = useState("");
  const [refusal, setRefusal] = useState(null);
  const { value, error, reload } = useLoad((signal) => call("GET", `/library?${new URLSearchParams({ limit: "30", ...(words.trim() ? { q: words.trim() } : {}) })}`, { signal }), [words.trim()]);
  const entries = (value?.entries ?? []).filter((entry) => !["error", "canceled"].includes(entry.state));
  const choose = (entry) => call("GET", `/render/${encodeURIComponent(entry.job_id)}/status`).then(onChoose, setRefusal);
  return html`<${TextField} label=${t("publish.search")} type="search" value=${words} onChange=${setWords} />
    <${ErrorBox} error=${error ?? refusal} onRetry=${reload} />
    ${!value && !error && html`<${Loading} />`}
    ${value && !entries.length && html`<div class="stack"><p>${t("publish.no_videos")}</p><div><${Button} kind="primary" icon="plus" href=${makeHash("create")}>${t("publish.make_one")}<//></div></div>`}
    <ul class="plain stack tight choices">${entries.map((entry) => html`<li key=${entry.job_id}><button type="button" class="choice" onClick=${() => choose(entry)}>
      ${entry.thumbnail_url ? html`<img src=${fileUrl(`${entry.thumbnail_url}&size=small`)} alt="" loading="lazy" />` : html`<span class="no-picture"><${Icon} name="film" /></span>`}
      <span class="grow">${entry.title || t("publish.untitled")}</span>${entry.duration_sec !== null && html`<span class="soft numbers">${formatClock(entry.duration_sec)}</span>`}<${StateTag} state=${entry.state} /></button></li>`)}</ul>`;
}
