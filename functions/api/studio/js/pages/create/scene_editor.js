/**
 * Edit the scenes of a plan.
 *
 * <SceneEditor plan errors onChange> : `plan` has scenes (each with a `key` of its own), language and voice; `errors` is a
 * Map from paths such as "scenes[0].narration" to messages; `onChange` gets the new list of scenes. `renderPreview(scene, index)`
 * may return what stands above a scene's fields, and `renderTags(scene, index)` what stands beside its number.
 */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { createScene, hasContent, makeKey, moveItem, SILENT_SEC } from "../../lib/draft.js";
import { formatClock } from "../../lib/format.js";
import { loadTexts, t } from "../../text.js";
import { announce } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { useReorder } from "../../ui/reorder.js";
import { SceneCard } from "./scene_card.js";

await loadTexts("scenes");

export function SceneEditor({ plan, errors = new Map(), onChange, renderPreview, renderTags }) {
  const scenes = plan.scenes;
  const seconds = useSceneSeconds(plan);
  const [removed, setRemoved] = useState(null);
  const list = useRef();
  const move = (from, to) => {
    if (to < 0 || to >= scenes.length || from === to) return;
    onChange(moveItem(scenes, from, to));
    announce(t("scenes.moved", { from: from + 1, to: to + 1 }));
  };
  const reorder = useReorder(list, scenes.length, move);
  const change = (index, fields) => onChange(scenes.map((scene, one) => (one === index ? { ...scene, ...fields } : scene)));
  const add = (index) => {
    onChange([...scenes.slice(0, index), createScene(), ...scenes.slice(index)]);
    focusScene(list, index);
  };
  const duplicate = (index) => {
    onChange([...scenes.slice(0, index + 1), { ...scenes[index], key: makeKey() }, ...scenes.slice(index + 1)]);
    focusScene(list, index + 1);
  };
  const remove = (index) => {
    setRemoved({ scene: scenes[index], index });
    onChange(scenes.filter((_, one) => one !== index));
    announce(t("scenes.removed", { number: index + 1 }));
  };
  const undo = () => {
    onChange([...scenes.slice(0, removed.index), removed.scene, ...scenes.slice(removed.index)]);
    focusScene(list, removed.index);
    setRemoved(null);
  };
  const total = seconds.reduce((sum, one) => sum + (one ?? 0), 0);
  return html`<section class="stack scenes" aria-label=${t("scenes.title")}>
    <ol class="plain stack" ref=${list}>
      ${scenes.map((scene, index) => html`<${SceneCard} key=${scene.key ?? index} scene=${scene} index=${index} count=${scenes.length} seconds=${seconds[index]} errors=${errors}
        language=${plan.language} drag=${reorder(index)} preview=${renderPreview?.(scene, index)} tags=${renderTags?.(scene, index)} onChange=${(fields) => change(index, fields)} onMove=${(to) => move(index, to)} onDuplicate=${() => duplicate(index)} onRemove=${() => remove(index)} />`)}
    </ol>
    ${removed && html`<div class="note"><div class="row between grow"><span>${t("scenes.removed", { number: removed.index + 1 })}</span><${Button} icon="retry" onClick=${undo}>${t("scenes.undo")}<//></div></div>`}
    <div class="row between">
      <${Button} icon="plus" onClick=${() => add(scenes.length)}>${t("scenes.add")}<//>
      ${scenes.length > 0 && html`<span class="soft numbers">${t("scenes.total", { count: scenes.length, length: formatClock(total) })}</span>`}
    </div>
  </section>`;
}

/** Return the estimated seconds of each scene; the API knows how fast each voice speaks. */
export function useSceneSeconds(plan) {
  const [spoken, setSpoken] = useState([]);
  const narrations = plan.scenes.map((scene) => scene.narration ?? "");
  const asked = JSON.stringify([plan.language, plan.voice, plan.delivery?.speed, narrations]);
  useEffect(() => {
    if (!narrations.length) return undefined;
    const stopping = new AbortController();
    const timer = setTimeout(() => {
      const body = { voice: plan.voice ?? "F", speed: plan.delivery?.speed ?? 1, narrations, ...(plan.language ? { language: plan.language } : {}) };
      call("POST", "/plan/seconds", { body, signal: stopping.signal }).then((answer) => setSpoken(answer.scenes), () => {});
    }, 250);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [asked]);
  return plan.scenes.map((scene, index) => {
    const own = Number(scene.duration_sec) || 0;
    const voice = scene.narration ? (spoken[index] ?? 0) : 0;
    if (own || scene.narration) return Math.max(own, voice);
    if (scene.clip) return null; // as long as the clip, which only the API knows
    return hasContent(scene) ? SILENT_SEC : 0;
  });
}

function focusScene(list, index) {
  setTimeout(() => list.current?.children[index]?.querySelector("textarea")?.focus(), 50);
}
