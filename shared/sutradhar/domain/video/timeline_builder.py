"""Build the timeline: lay out a plan and its finished assets in time."""

import math
from collections.abc import Iterator, Mapping
from typing import Literal

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.plan import Language, OnScreen, RenderPlan, Scene
from sutradhar.domain.plan.speech_duration import AIR_SEC, MAX_VIDEO_SEC
from sutradhar.domain.text.line_breaks import find_line_ends
from sutradhar.domain.video.captions import Cue, cues, translated_cues
from sutradhar.domain.video.shots import choose_bed, choose_camera, clip_part, clip_sound, lay_clip
from sutradhar.domain.video.timeline import Clip, ClipSound, Effect, Footage, Timeline, Title, Voice, frame_to_sample

TRANSITION_SEC = 0.5
TITLE_SEC = 3.5
LOWER_THIRD_SEC, LOWER_THIRD_DELAY_SEC = 4.0, 0.5


def build_timeline(plan: RenderPlan, assets: Mapping[Slot, Asset]) -> Timeline:
    """Lay the assets out in time. ``assets`` maps each slot to the asset that was made for it.

    A scene, from the middle of its first transition to the middle of its last, lasts its narration and ``AIR_SEC`` at
    both ends, or ``duration_sec`` if that is longer. So two narrations are at least 2 × ``AIR_SEC`` apart, and the
    voice is never cut.

    Raises:
        InvalidRequest: the video would be longer than ``MAX_VIDEO_SEC``.
    """
    fps = plan.render.fps
    width, height = plan.size
    fades = [_fade_in(scene, i, fps) for i, scene in enumerate(plan.scenes)] + [0]
    air = math.ceil(AIR_SEC * fps)
    clips: list[Clip] = []
    voices: list[Voice] = []
    stretched: list[int] = []
    effects: list[Effect] = []
    clip_sounds: list[ClipSound] = []
    cut_short: list[int] = []
    short: dict[str, list[int]] = {"loop": [], "hold": []}
    start = 0
    for i, scene in enumerate(plan.scenes):
        head, tail = fades[i] // 2, fades[i + 1] - fades[i + 1] // 2
        speech = assets[Slot.narration(i)] if scene.narration else None
        needed = math.ceil(speech.samples * fps / SAMPLE_RATE) + 2 * air if speech else 0
        asked = round((scene.duration_sec or 0) * fps)
        if speech and asked and needed > asked:
            stretched.append(i)
        image = assets[Slot.image(i)]
        part = clip_part(scene, image, fps)
        if part and scene.clip and (not (speech or asked) or (scene.clip.when_short == "trim" and part < asked)):
            asked = part - head - tail  # the part's own length, transitions included
        # at least as long as its two transitions, so that they do not overlap
        frames = max(head + max(needed, asked) + tail, fades[i] + fades[i + 1], 1)
        footage = Footage() if image.is_video else None
        if part and scene.clip:
            footage = lay_clip(scene, image, part, frames, slack=head + tail)
            if scene.clip.end_sec is not None and part > frames:
                cut_short.append(i)
            if part < frames - head - tail and scene.clip.when_short in (None, "trim"):
                short[footage.when_over].append(i)
        clips.append(
            Clip(
                scene=i,
                start=start,
                frames=frames,
                blob=image.blob,
                sha256=image.sha256,
                camera=choose_camera(scene, i, image, width / height),
                footage=footage,
                fade_in=fades[i],
                transition=scene.transition,
                fit=own.fit if (own := scene.image or scene.clip) else "fill",
            )
        )
        if footage and (sound := clip_sound(scene, image, clips[-1], fps, fade_out=fades[i + 1])):
            clip_sounds.append(sound)
        if speech:
            at = frame_to_sample(start + head + air, fps)
            voices.append(Voice(scene=i, start=at, samples=speech.samples, blob=speech.blob, sha256=speech.sha256))
        heard_from = voices[-1].start if speech else frame_to_sample(start + head, fps)
        effects += _effects(scene, i, heard_from, assets)
        start += frames - fades[i + 1]
    if start > MAX_VIDEO_SEC * fps:
        message = f"the narration makes the video {start / fps:.0f} s long; at most {MAX_VIDEO_SEC:.0f} s"
        raise InvalidRequest([FieldError("scenes", message)])
    captions = _captions(plan, assets, clips, voices)
    music = assets.get(MUSIC) if plan.music.enabled else None
    return Timeline(
        fps=fps,
        width=width,
        height=height,
        frames=start,
        clips=tuple(clips),
        voices=tuple(voices),
        bed=choose_bed(music, plan.music, frame_to_sample(start, fps)) if music else None,
        captions=captions,
        burned=_choose_burned(plan, captions),
        caption_style=plan.render.caption_style,
        titles=tuple(_titles(plan, clips)),
        effects=tuple(effects),
        clip_sounds=tuple(clip_sounds),
        watermark=plan.watermark,
        stretched=tuple(stretched),
        looped=tuple(short["loop"]),
        held=tuple(short["hold"]),
        cut_short=tuple(cut_short),
    )


def _effects(scene: Scene, index: int, begin: int, assets: Mapping[Slot, Asset]) -> Iterator[Effect]:
    """Yield the sound effects of a scene. ``begin``: the sample at which its narration begins, or else the scene."""
    speech = assets.get(Slot.narration(index))
    words = speech.words if speech else ()
    for n, cue in enumerate(scene.sounds):
        sound = assets.get(Slot.sound_effect(index, n))
        if sound and sound.samples:  # no provider had a missing one
            at = begin + round(words[cue.word].start * SAMPLE_RATE) if cue.word < len(words) else begin
            yield Effect(start=at, samples=sound.samples, blob=sound.blob, sha256=sound.sha256, volume_db=cue.volume_db)


def _fade_in(scene: Scene, index: int, fps: int) -> int:
    return 0 if index == 0 or scene.transition == "cut" else round(TRANSITION_SEC * fps)


def _titles(plan: RenderPlan, clips: list[Clip]) -> Iterator[Title]:
    """Yield the titles; each stands only while its scene is seen alone."""
    fps = plan.render.fps
    for scene, clip, following in zip(plan.scenes, clips, [*clips[1:], None], strict=True):
        alone, end = clip.start + clip.fade_in, following.start if following else clip.end
        wanted: tuple[tuple[OnScreen | None, Literal["title", "lower_third"], float, float], ...] = (
            (scene.title, "title", 0.0, TITLE_SEC),
            (scene.lower_third, "lower_third", LOWER_THIRD_DELAY_SEC, LOWER_THIRD_SEC),
        )
        for shown, place, delay, seconds in wanted:
            start = alone + round(delay * fps)
            if shown and start < end:
                until = min(start + round(seconds * fps), end)
                yield Title(start=start, end=until, text=shown.text, subtext=shown.subtext or "", place=place)


def _captions(
    plan: RenderPlan, assets: Mapping[Slot, Asset], clips: list[Clip], voices: list[Voice]
) -> dict[Language, tuple[Cue, ...]]:
    found: dict[Language, tuple[Cue, ...]] = {}
    if not voices:
        return found  # players and YouTube refuse a caption file without a line
    spoken = plan.spoken_language
    for language in plan.subtitle_languages:
        if language not in caption_languages(plan):
            continue
        lines: list[Cue] = []
        for voice in voices:
            scene, words = plan.scenes[voice.scene], assets[Slot.narration(voice.scene)].words
            clip = clips[voice.scene]
            offset = voice.start / SAMPLE_RATE
            end = clip.end - (clips[voice.scene + 1].fade_in if voice.scene + 1 < len(clips) else 0)
            if language == spoken:
                ends = find_line_ends(scene.narration)
                lines += cues(words, offset=offset, fps=plan.render.fps, not_after=end, line_ends=ends)
            else:
                text = scene.translations[language]
                lines += translated_cues(text, words, offset=offset, fps=plan.render.fps, not_after=end)
        found[language] = tuple(lines)
    return found


def caption_languages(plan: RenderPlan) -> tuple[Language, ...]:
    """Return the languages in which every spoken scene has captions: the narration's own, and full translations."""
    spoken = [s for s in plan.scenes if s.narration]
    return tuple(
        language
        for language in plan.subtitle_languages
        if language == plan.spoken_language or all(s.translations.get(language) for s in spoken)
    )


def _choose_burned(plan: RenderPlan, captions: Mapping[Language, tuple[Cue, ...]]) -> tuple[Cue, ...]:
    language = plan.render.burn_captions or plan.spoken_language
    return () if language == "none" else captions.get(language, ())
