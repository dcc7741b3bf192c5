import { loadTexts, hasText, t } from "../text.js";

await loadTexts("slots");

/** Return the name of an asset's place in words: "Scene 1: image" for "scene-00-image". */
export function nameSlot(slot) {
  const scene = /^scene-(\d+)-([a-z]+)/.exec(slot);
  const kind = scene ? scene[2] : slot.split("-")[0];
  const words = hasText(`slots.${kind}`) ? t(`slots.${kind}`) : slot;
  return scene ? t("slots.of_scene", { number: Number(scene[1]) + 1, kind: words }) : words;
}
