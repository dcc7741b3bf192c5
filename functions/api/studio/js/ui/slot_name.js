import { nameLanguage } from "../lib/languages.js";
import { language, loadTexts, hasText, t } from "../text.js";

await loadTexts("slots");

/** Return the name of an asset's place in words: "Scene 1: image" for "scene-00-image". "scene-00-narration-ta" is
    the voice in a further language. */
export function nameSlot(slot) {
  const scene = /^scene-(\d+)-([a-z]+)(?:-([a-z]+))?/.exec(slot);
  const kind = scene ? scene[2] : slot.split("-")[0];
  const name = hasText(`slots.${kind}`) ? t(`slots.${kind}`) : slot;
  const words = scene?.[3] ? t("slots.in_language", { kind: name, language: nameLanguage(scene[3], language.get()) }) : name;
  return scene ? t("slots.of_scene", { number: Number(scene[1]) + 1, kind: words }) : words;
}
