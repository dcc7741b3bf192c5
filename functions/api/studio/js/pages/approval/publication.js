/** The publication that an agent asks for: the video, and the words that go with it. */
import { html } from "../../../vendor/preact.js";
import { call, fileUrl } from "../../api.js";
import { formatTime } from "../../lib/format.js";
import { makeHash } from "../../router.js";
import { nameLanguage } from "../../lib/languages.js";
import { language, t } from "../../text.js";
import { ErrorBox } from "../../ui/error_box.js";
import { Loading } from "../../ui/loading.js";
import { useFileUrl } from "../../ui/use_file_url.js";
import { useLoad } from "../../ui/use_load.js";

export function AskedPublication({ approval }) {
  const { job_id: id, request } = approval;
  const { value: status, error, reload } = useLoad((signal) => call("GET", `/render/${encodeURIComponent(id)}/status`, { signal }), [id]);
  const words = {
    title: request.title || status?.title,
    description: request.description ?? status?.description,
    tags: (request.tags ?? status?.tags ?? []).join(", "),
    privacy: t(`approval.privacy_${request.privacy ?? "public"}`),
    time: request.iso_datetime ? `${describeTime(request.iso_datetime)}${request.timezone ? ` (${request.timezone})` : ""}` : t("approval.at_once"),
  };
  return html`<section class="card stack" aria-label=${t("approval.look")}>
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${!status && !error && html`<${Loading} />`}
    ${status?.final_video_url && html`<${Player} status=${status} />`}
    ${status && html`<p><a href=${makeHash("job", { id })}>${t("approval.show_video")}</a></p>`}
    <dl class="approval-facts">${Object.entries(words).filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${t(`approval.word_${name}`)}</dt><dd>${value}</dd></div>`)}</dl>
  </section>`;
}

/** A local time without an offset is shown as it was given: its zone stands beside it. */
function describeTime(time) {
  return /(Z|[+-]\d\d:?\d\d)$/i.test(time) ? formatTime(time) : time.replace("T", " ");
}

function Player({ status }) {
  const video = useFileUrl(status.final_video_url);
  return html`<video class="approval-player" controls playsinline preload="metadata" aria-label=${t("approval.player")} poster=${fileUrl(status.thumbnail_url)} ...${video}>
    ${Object.entries(status.captions).map(([code, files]) => html`<track key=${code} kind="captions" srclang=${code} label=${nameLanguage(code, language.get())} src=${fileUrl(`${files.vtt}&redirect=false`)} />`)}
  </video>`;
}
