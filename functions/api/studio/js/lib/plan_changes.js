/** What of a finished video stays when its plan changes. Pure. */

const OF_VOICE = ["language", "voice", "delivery"];
const OF_IMAGE = ["style", "aspect", "seed", "footage", "characters"];
const IMAGE_FIELDS = ["image_prompt", "image", "clip", "characters", "footage"];

/**
 * Return for each scene of `after` whether its voice and its image are made already.
 * @param {object} before the plan of the finished video; its scenes have the same `key` as those of `after` that come from it
 * @param {object} after
 * @returns {{isVoiceKept: boolean, isImageKept: boolean, isSame: boolean}[]}
 */
export function findKept(before, after) {
  const sameVoice = areEqual(before, after, OF_VOICE);
  const sameImage = areEqual(before, after, OF_IMAGE);
  const known = new Map(before.scenes.map((scene) => [scene.key, scene]));
  return after.scenes.map((scene) => {
    const old = known.get(scene.key);
    const isVoiceKept = Boolean(old) && sameVoice && areEqual(old, scene, ["narration"]);
    const isImageKept = Boolean(old) && sameImage && areEqual(old, scene, IMAGE_FIELDS);
    return { isVoiceKept, isImageKept, isSame: isVoiceKept && isImageKept && areEqual(old, scene, Object.keys({ ...old, ...scene }).filter((name) => name !== "translations")) };
  });
}

/**
 * Return what stays, as the server knows it: it finds every voice and image that was ever made.
 * @param {{isVoiceKept: boolean, isImageKept: boolean, isSame: boolean}[]} guess of `findKept`, which needs no server
 * @param {string[] | undefined} slots that POST /plan answers as `kept`; left out: it has not answered yet
 */
export function correctKept(guess, slots) {
  if (!slots) return guess;
  const stored = new Set(slots);
  return guess.map(({ isVoiceKept, isSame }, index) => {
    const scene = `scene-${String(index).padStart(2, "0")}`;
    const kept = { isVoiceKept: stored.has(`${scene}-narration`), isImageKept: stored.has(`${scene}-image`) };
    return { ...kept, isSame: isSame && kept.isImageKept && kept.isVoiceKept === isVoiceKept };
  });
}

/** An image without words of its own shows what is said, as on the page that makes a video. */
function fillImage(change, scene) {
  const isEmpty = change.image_prompt !== undefined && !change.image_prompt.trim() && !scene.image && !scene.clip;
  return isEmpty ? { ...change, image_prompt: (scene.narration ?? "").slice(0, 300) } : change;
}

function areEqual(one, other, names) {
  return names.every((name) => JSON.stringify(one[name] ?? "") === JSON.stringify(other[name] ?? ""));
}

/**
 * Return the change of a plan in review, as PATCH /render/ID/plan takes it; null if nothing differs.
 * @param {object} plan the plan as the API has it
 * @param {Record<number, object>} edits the new values of fields, by the index of their scene
 */
export function makePatch(plan, edits) {
  const scenes = Object.entries(edits).flatMap(([index, fields]) => {
    const scene = plan.scenes[index];
    if (!scene) return [];
    const isChanged = (name, value) => value !== undefined && JSON.stringify(scene[name] ?? null) !== JSON.stringify(value ?? null);
    const isSaidAnew = isChanged("narration", fields.narration); // the API then drops translations that the change leaves out
    const changed = Object.entries(fields).filter(([name, value]) => isChanged(name, value) || (name === "translations" && isSaidAnew));
    return changed.length ? [fillImage({ index: Number(index), ...Object.fromEntries(changed) }, { ...scene, ...fields })] : [];
  });
  return scenes.length ? { scenes } : null;
}
