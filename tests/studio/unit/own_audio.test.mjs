import assert from "node:assert/strict";
import { test } from "node:test";
import { addUpload, chooseWay, createDraft, isEmpty, isLosing, isReady, makePlan, readPlan, replacePlan } from "../../../functions/api/studio/js/lib/draft.js";
import { placeError } from "../../../functions/api/studio/js/lib/error_fields.js";
import { createOwnAudio, findPart, getOwnAudio, moveShown, removeShown, takeFile, takeWords } from "../../../functions/api/studio/js/lib/own_audio.js";

const SONG = { upload_id: "up-1", filename: "a.mp3", duration_sec: 40, kind: "audio" };
const write = (way, fields) => ({ ...chooseWay(createDraft(), way), [way]: { ...takeFile(createOwnAudio(way), SONG), ...fields } });

test("images change their places and go, and what is said in a recording stays in its order", () => {
  const scenes = [{ key: "a", image_prompt: "x", narration: "One." }, { key: "b", image_prompt: "y", narration: "Two." }, { key: "c", image_prompt: "z" }];
  const list = (some) => some.map(({ image_prompt, narration }) => [image_prompt, narration]);
  assert.deepEqual(list(moveShown(scenes, 0, 1)), [["y", "One."], ["x", "Two."], ["z", undefined]]);
  assert.deepEqual(list(moveShown(scenes, 2, 3)), list(scenes));
  assert.deepEqual(list(removeShown(scenes, 0)), [["y", "One. Two."], ["z", undefined]]);
  assert.deepEqual(list(removeShown(scenes, 1)), [["x", "One. Two."], ["z", undefined]]);
  assert.deepEqual(list(removeShown(scenes, 2)), list(scenes.slice(0, 2)));
});

test("a draft is ready when it has its sound", () => {
  for (const way of ["song", "recording"]) {
    assert.ok(!isReady(chooseWay(createDraft(), way)) && isEmpty(chooseWay(createDraft(), way)));
    assert.ok(isReady(write(way, {})) && !isEmpty(write(way, {})));
  }
});

test("a plan with a song or a voice becomes a draft and the same plan again", () => {
  const options = { language: "en", length_sec: 60, voice: "F", aspect: "16:9" };
  const plans = [
    { song: { upload: "up-1", look: "brat", lyrics: "[00:01.00]<00:01.00>a <00:02.00>", color: "#8ace00", cut: "bar" } },
    { song: { upload: "up-1", look: "clean", start_sec: 2, end_sec: 12 }, topic: "a river" },
    { song: { upload: "up-1", look: "clean", best: true }, scenes: [{ image: { upload: "up-2" }, camera: "hold" }, { color: "#112233" }] },
    { narration_audio: { upload: "up-1", text: "Tea is hot.", clean: false, start_sec: 1.5 }, prompt: "tea\nin a garden" },
    { narration_audio: { upload: "up-1" }, scenes: [{ image_prompt: "tea", narration: "Tea is hot." }] },
  ];
  for (const plan of plans) assert.deepEqual(makePlan(readPlan({ ...options, ...plan })), { ...options, ...plan });
});

test("the flat colour of a finished video follows the look again", () => {
  const scene = { color: "#16222e", image_prompt: "", image: null, characters: [], title: null };
  const { song } = readPlan({ song: { upload: "up-1", color: null }, scenes: [scene] });
  assert.deepEqual([song.background, song.scenes, song.color], ["color", [], ""]);
});

test("the best part has a length, and a part of one's own its times", () => {
  assert.deepEqual(makePlan(write("song", { part: "best", best_sec: 45 })).song, { upload: "up-1", look: "clean", best: true });
  assert.equal(makePlan(write("song", { part: "best", best_sec: 45 })).length_sec, 45);
  assert.deepEqual(findPart({ part: "own", start_sec: 2, end_sec: 99 }, 40), { start: 2, end: 40 });
  assert.deepEqual(findPart({ part: "best" }, 40, [{ start_sec: 4, end_sec: 20, reason: "loud" }]), { start: 4, end: 20, reason: "loud" });
  assert.deepEqual(findPart({ part: "best" }, 40, []), { start: 0, end: 40 });
});

test("another song has no part and no times of the one before, and keeps its words", () => {
  const song = { ...getOwnAudio(write("song", { part: "own", start_sec: 1, end_sec: 9, lyrics: "la", times: { text: "la", lines: [] } })) };
  const next = takeFile(song, { ...SONG, upload_id: "up-2" });
  assert.deepEqual([next.part, next.start_sec, next.times, next.lyrics], ["whole", null, null, "la"]);
  assert.equal(takeFile(song, SONG).part, "own");
});

test("a dropped sound is the song, an image is shown with it, and a text is its words", () => {
  const draft = chooseWay(createDraft(), "song");
  assert.equal(addUpload(draft, SONG).song.upload, "up-1");
  const { song } = addUpload(addUpload(draft, { upload_id: "up-3", kind: "image" }), { upload_id: "up-4", kind: "video" });
  assert.deepEqual([song.background, song.scenes.map(({ key, ...scene }) => scene)], ["scenes", [{ image: { upload: "up-3" } }, { clip: { upload: "up-4" } }]]);
  assert.equal(takeWords(draft, "la la").song.lyrics, "la la");
  assert.equal(takeWords(chooseWay(draft, "recording"), "Tea.").recording.text, "Tea.");
});

test("another plan keeps the sounds of other ways, and another song is a loss", () => {
  const before = write("song", { lyrics: "la" });
  assert.equal(replacePlan(before, { topic: "Tea" }).song.upload, "up-1");
  assert.ok(!isLosing(before, replacePlan(before, { topic: "Tea" })));
  assert.ok(isLosing(before, replacePlan(before, { song: { upload: "up-9" } })));
});

test("an error of the song appears at its field, and one of the images where they are chosen", () => {
  const fields = { "song.upload": "song.upload", song: "song.upload", "": "song.upload", "song.end_sec": "song.part", "song.best": "song.part", "song.lyrics": "song.lyrics", "song.look": "song.look", "scenes[2].image": "background", topic: "background", aspect: "aspect", "song.color": "background" };
  for (const [path, field] of Object.entries(fields)) assert.equal(placeError(path, "song"), field);
  assert.equal(placeError("narration_audio", "recording"), "narration_audio.upload");
  assert.equal(placeError("narration_audio.text", "recording"), "narration_audio.text");
});
