/** The finished video: player, chapters, files, and how it was made. */
import { html, useEffect, useRef } from "../../../vendor/preact.js";
import { call, fileUrl } from "../../api.js";
import { formatBytes, formatClock } from "../../lib/format.js";
import { nameLanguage } from "../../lib/languages.js";
import { readState } from "../../lib/publication_state.js";
import { language, t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { More } from "../../ui/more.js";
import { useFileUrl } from "../../ui/use_file_url.js";
import { useLoad } from "../../ui/use_load.js";
import { AudioChoice } from "./audio_choice.js";
import { Marks } from "./marks.js";
import { Making } from "./making.js";
import { Versions } from "./versions.js";

export function Finished({ status }) {
  const player = useRef();
  const video = useFileUrl(status.final_video_url ?? "");
  // the words of a song are in the picture already
  const isSung = Object.values(status.captions).some(({ lrc }) => lrc);
  useCaptionsShown(player, isSung ? [] : Object.keys(status.captions));
  const { value: summary } = useLoad((signal) => call("GET", `/render/${encodeURIComponent(status.job_id)}/summary`, { signal }), [status.job_id]);
  if (status.files_deleted_at) return html`<div class="note warn"><${Icon} name="info" /><p>${t("job.files_gone")}</p></div>`;
  const seek = (seconds) => {
    player.current.currentTime = seconds;
    player.current.play();
    player.current.focus();
  };
  const size = summary?.render?.facts;
  return html`<div class="finished">
    <div class="stack">
      <video ref=${player} class="player" controls playsinline preload="metadata" tabindex="0" aria-label=${t("job.player")} poster=${fileUrl(status.thumbnail_url)} ...${video} style=${size ? { aspectRatio: `${size.width} / ${size.height}` } : {}}>
        ${Object.entries(status.captions).map(([code, files]) => html`<track key=${code} kind="captions" srclang=${code} label=${nameLanguage(code, language.get())} src=${fileUrl(`${files.vtt}&redirect=false`)} />`)}
      </video>
      <${AudioChoice} tracks=${status.audio_tracks} player=${player} />
      <${Publications} publications=${status.publications} />
    </div>
    <div class="stack">
      <${Chapters} scenes=${summary?.scenes ?? []} onSeek=${seek} />
      <${Downloads} status=${status} bytes=${summary?.render?.video?.size} />
    </div>
  </div>
  <${Versions} status=${status} mode=${size && summary.render.facts.height} />
  ${summary && html`<section class="card"><${More} label=${t("job.making")}><${Making} status=${status} summary=${summary} /><//></section>`}
  ${summary?.render?.marks && html`<section class="card"><${More} label=${t(`marks.title_${summary.render.marks.state}`)}><${Marks} marks=${summary.render.marks} /><//></section>`}`;
}

/** Show captions of these languages from the start: in the language of the page, else in the first one. The player can hide them. */
function useCaptionsShown(player, codes) {
  useEffect(() => {
    const chosen = codes.includes(language.get()) ? language.get() : codes[0];
    for (const track of player.current?.textTracks ?? []) if (track.language === chosen) track.mode = "showing";
  }, [codes.join()]);
}

function Chapters({ scenes, onSeek }) {
  if (!scenes.length) return null;
  return html`<section class="card stack tight"><h2>${t("job.chapters")}</h2><ol class="plain chapters">${scenes.map((scene) => html`<li key=${scene.index}>
    <button type="button" onClick=${() => onSeek(scene.start_sec)}><span class="numbers">${formatClock(scene.start_sec)}</span><span>${scene.title || t("job.scene", { number: scene.index + 1 })}</span></button></li>`)}</ol></section>`;
}

function Downloads({ status, bytes }) {
  const captions = Object.entries(status.captions).flatMap(([code, files]) => [["srt", files.srt], ["vtt", files.vtt], ["lrc", files.lrc]].filter(([, url]) => url).map(([format, url]) => [t("job.captions_file", { language: nameLanguage(code, language.get()), format: format.toUpperCase() }), url, `captions.${code}.${format}`]));
  const base = status.final_video_url.replace("kind=video", "");
  const files = [
    [t("job.video_file"), status.final_video_url, "video.mp4"],
    [t("job.thumbnail_file"), status.thumbnail_url, "thumbnail.png"],
    ...captions,
    ...Object.entries(status.audio_tracks).map(([code, url]) => [t("job.audio_file", { language: nameLanguage(code, language.get()) }), url, `audio.${code}.m4a`]),
    [t("job.summary_file"), `${base}kind=summary`, "job_summary.json"],
    [t("job.provenance_file"), `${base}kind=provenance`, "provenance.json"],
  ];
  const copy = async () => {
    await navigator.clipboard?.writeText(status.final_video_url);
    showToast(t("job.link_copied"));
  };
  return html`<section class="card stack tight"><h2>${t("job.downloads")}</h2>
    <${Button} kind="primary" icon="download" href=${fileUrl(status.final_video_url)} download=${fileName(status.title, "video.mp4")}>${bytes ? t("job.download_size", { size: formatBytes(bytes) }) : t("job.download")}<//>
    <${More} label=${t("job.all_files")}><ul class="plain stack tight">${files.map(([name, url, file]) => html`<li><a href=${fileUrl(url)} download=${fileName(status.title, file)}>${name}</a></li>`)}</ul>
      <div><${Button} kind="quiet" icon="copy" onClick=${copy}>${t("job.copy_link")}<//></div><//>
  </section>`;
}

/** Return a file name that tells the video: letters and digits of the title, and the kind of file. */
function fileName(title, kind) {
  const words = (title ?? "").replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  return words ? `${words}-${kind}` : kind;
}

function Publications({ publications }) {
  if (!publications.length) return null;
  return html`<ul class="plain stack tight">${publications.map((one) => html`<li class="note" key=${one.id}><${Icon} name="share" /><span>${t(`common.destination_${one.destination}`)}: ${t(`job.publication_${readState(one)}`)}
    ${one.url && (/^https?:/.test(one.url) ? html` <a href=${one.url} target="_blank" rel="noopener noreferrer">${t("job.open_published")}</a>` : html` <code>${one.url.replace(/^file:\/\//, "")}</code>`)}</span></li>`)}</ul>`;
}
