/** The images and voices of a job, as they are finished. */
import { html, useState } from "../../../vendor/preact.js";
import { fileUrl } from "../../api.js";
import { t } from "../../text.js";
import { Icon } from "../../ui/icon.js";
import { nameSlot } from "../../ui/slot_name.js";

/** The slots of sounds that belong to no scene. */
const WHOLE = ["music", "song", "recording"];

export function Assets({ status }) {
  const pictures = status.assets.filter(({ kind }) => ["image", "footage", "clip", "upload"].includes(kind));
  const sounds = status.assets.filter(({ kind }) => kind === "narration"); // of a scene there may be one in each language
  const whole = status.assets.filter(({ slot, url }) => url && WHOLE.includes(slot));
  if (!pictures.length && !sounds.length && !whole.length) return null;
  return html`<section class="stack"><h2>${t("job.parts")}</h2>
    <ul class="plain asset-grid">${pictures.map((asset) => html`<li class="card asset" key=${asset.slot}>
      <${Picture} asset=${asset} />
      <div class="asset-text"><span>${nameSlot(asset.slot)}</span>${asset.provider && html`<span class="soft small">${asset.provider}</span>`}
        ${sounds.filter(({ slot }) => slot.startsWith(asset.slot.replace(/(image|footage|clip|upload)$/, "narration"))).map((sound) => html`<${Sound} key=${sound.slot} asset=${sound} />`)}</div>
    </li>`)}</ul>
    ${whole.map(({ slot, url }) => html`<div class="row" key=${slot}><span>${nameSlot(slot)}</span><audio controls preload="none" src=${fileUrl(url)} aria-label=${nameSlot(slot)} /></div>`)}
  </section>`;
}

function Picture({ asset }) {
  const [isLoaded, setLoaded] = useState(false);
  if (!asset.url) return html`<div class="asset-picture"><span class="spinner" /><span class="visually-hidden">${t("job.being_made")}</span></div>`;
  if (asset.kind !== "image" && asset.kind !== "upload") return html`<div class="asset-picture"><${Icon} name="film" /></div>`;
  return html`<div class=${`asset-picture ${isLoaded ? "loaded" : ""}`}><img src=${fileUrl(asset.url)} alt=${nameSlot(asset.slot)} loading="lazy" decoding="async" onLoad=${() => setLoaded(true)} /></div>`;
}

function Sound({ asset }) {
  if (!asset.url) return html`<span class="soft small row"><${Icon} name="sound" />${t("job.voice_soon")}</span>`;
  return html`<audio controls preload="none" src=${fileUrl(asset.url)} aria-label=${nameSlot(asset.slot)} />`;
}
