"""Build the timeline: lay out a plan and its finished assets in time."""

import math
from collections.abc import Container, Iterator, Mapping
from typing import Literal, NamedTuple

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.choices import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene, TitleText
from sutradhar.domain.plan.speech_duration import MAX_VIDEO_SEC, NARRATION_PADDING_SEC
from sutradhar.domain.text.line_breaks import find_line_ends
from sutradhar.domain.video.captions import Cue, build_cues, build_translated_cues
from sutradhar.domain.video.shots import choose_camera, count_part_frames, fill_scene, place_clip_audio, place_music
from sutradhar.domain.video.timeline import (
    CUT,
    Clip,
    ClipAudio,
    Footage,
    MediaRef,
    NarrationClip,
    SoundEffectClip,
    Timeline,
    Title,
    Transition,
    frame_to_sample,
)

TRANSITION_SEC = 0.5
TITLE_SEC = 3.5
LOWER_THIRD_SEC, LOWER_THIRD_DELAY_SEC = 4.0, 0.5


class _Length(NamedTuple):
    """The frames of one scene's clip."""

    frames: int
    """All frames of the clip, transitions included."""
    visible: int
    """Frames from the middle of the first transition to the middle of the last."""
    part: int | None
    """Frames of the used part of the user's clip; None: the scene shows no such clip."""
    extended: bool
    """True if the narration needs more frames than the plan asks for."""


def build_timeline(
    plan: RenderPlan, assets: Mapping[Slot, Asset], captioned_scenes: Container[int] | None = None
) -> Timeline:
    """Lay the assets out in time. ``assets`` maps each slot to its finished asset.

    ``captioned_scenes``: the indices of the scenes that get captions, whose lines take most of the work; None: all.

    A scene, from the middle of its first transition to the middle of its last, lasts its narration and
    ``NARRATION_PADDING_SEC`` at both ends, or ``duration_sec`` if that is longer. So two narrations are at least
    2 × ``NARRATION_PADDING_SEC`` apart, and the narration is never cut.

    Raises:
        InvalidRequest: the video would be longer than ``MAX_VIDEO_SEC``.
    """
    layout = _Layout(plan, assets, captioned_scenes)
    for index in range(len(plan.scenes)):
        layout.add_scene(index)
    return layout.build()


class _Layout:
    """Place one scene after the other and collect the clips of every track."""

    def __init__(self, plan: RenderPlan, assets: Mapping[Slot, Asset], captioned_scenes: Container[int] | None) -> None:
        self._plan, self._assets, self._fps = plan, assets, plan.render.fps
        self._captioned_scenes = captioned_scenes
        self._transitions = [_choose_transition(scene, i, self._fps) for i, scene in enumerate(plan.scenes)]
        self._air = math.ceil(NARRATION_PADDING_SEC * self._fps)
        self._start = 0
        """First frame of the next scene's clip."""
        self._clips: list[Clip] = []
        self._narrations: list[NarrationClip] = []
        self._sound_effects: list[SoundEffectClip] = []
        self._clip_audio: list[ClipAudio] = []
        self._extended: list[int] = []
        self._cut_short: list[int] = []
        self._filled: dict[str, list[int]] = {"loop": [], "hold": []}
        """Scenes whose clip is too short, by what fills them."""

    def add_scene(self, index: int) -> None:
        scene, speech = self._plan.scenes[index], self._find_speech(index)
        image = self._assets[Slot.image(index)]
        fade_out = self._fade_out(index)
        head = self._transitions[index].frames // 2
        length = self._measure(index, speech, image)
        clip = Clip(
            scene=index,
            start=self._start,
            frames=length.frames,
            media=_refer_to(image),
            camera=choose_camera(scene, index, image, self._plan.size[0] / self._plan.size[1]),
            footage=self._choose_footage(scene, index, image, length),
            transition=self._transitions[index],
            fit=own.fit if (own := scene.image or scene.clip) else "fill",
        )
        self._clips.append(clip)
        if length.extended:
            self._extended.append(index)
        if clip.footage and (audio := place_clip_audio(scene, image, clip, self._fps, fade_out=fade_out)):
            self._clip_audio.append(audio)
        first_sample = frame_to_sample(self._start + head, self._fps)
        if speech:
            first_sample = frame_to_sample(self._start + head + self._air, self._fps)
            self._narrations.append(
                NarrationClip(scene=index, start=first_sample, samples=speech.samples, media=_refer_to(speech))
            )
        self._sound_effects += _place_sound_effects(scene, index, first_sample, self._assets)
        self._start += length.frames - fade_out

    def build(self) -> Timeline:
        """Return the timeline of the scenes that were added.

        Raises:
            InvalidRequest: they are longer than ``MAX_VIDEO_SEC``.
        """
        if self._start > MAX_VIDEO_SEC * self._fps:
            seconds = self._start / self._fps
            message = f"the narration makes the video {seconds:.0f} s long; at most {MAX_VIDEO_SEC:.0f} s"
            raise InvalidRequest([FieldError("scenes", message)])
        plan = self._plan
        chosen = self._captioned_scenes
        captioned = [one for one in self._narrations if chosen is None or one.scene in chosen]
        captions = _build_captions(plan, self._assets, self._clips, captioned)
        music = self._assets.get(MUSIC) if plan.music.enabled else None
        return Timeline(
            fps=self._fps,
            width=plan.size[0],
            height=plan.size[1],
            frames=self._start,
            clips=tuple(self._clips),
            narrations=tuple(self._narrations),
            music=place_music(music, plan.music, frame_to_sample(self._start, self._fps)) if music else None,
            captions=captions,
            burned_captions=_choose_burned_captions(plan, captions),
            caption_style=plan.render.caption_style,
            titles=tuple(_place_titles(plan, self._clips)),
            sound_effects=tuple(self._sound_effects),
            clip_audio=tuple(self._clip_audio),
            watermark=plan.watermark,
            extended_scenes=tuple(self._extended),
            looped_scenes=tuple(self._filled["loop"]),
            held_scenes=tuple(self._filled["hold"]),
            cut_short_scenes=tuple(self._cut_short),
        )

    def _find_speech(self, index: int) -> Asset | None:
        return self._assets[Slot.narration(index)] if self._plan.scenes[index].narration else None

    def _fade_out(self, index: int) -> int:
        """Return the frames of the transition to the scene after ``index``."""
        return self._transitions[index + 1].frames if index + 1 < len(self._transitions) else 0

    def _measure(self, index: int, speech: Asset | None, image: Asset) -> _Length:
        scene = self._plan.scenes[index]
        fade_in, fade_out = self._transitions[index].frames, self._fade_out(index)
        head, tail = fade_in // 2, fade_out - fade_out // 2
        needed = math.ceil(speech.samples * self._fps / SAMPLE_RATE) + 2 * self._air if speech else 0
        requested = round((scene.duration_sec or 0) * self._fps)
        extended = bool(speech and requested and needed > requested)
        part = count_part_frames(scene, image, self._fps)
        is_trimmed = part and scene.clip and scene.clip.when_short == "trim" and part < requested
        if part and scene.clip and (is_trimmed or not (speech or requested)):
            requested = part - head - tail  # the part's own length, transitions included
        # at least as long as its two transitions, so that they do not overlap
        frames = max(head + max(needed, requested) + tail, fade_in + fade_out, 1)
        return _Length(frames, frames - head - tail, part, extended)

    def _choose_footage(self, scene: Scene, index: int, image: Asset, length: _Length) -> Footage | None:
        if not (length.part and scene.clip):
            return Footage() if image.is_video else None
        footage = fill_scene(scene, image, length.part, length.frames, slack=length.frames - length.visible)
        if scene.clip.end_sec is not None and length.part > length.frames:
            self._cut_short.append(index)
        if length.part < length.visible and scene.clip.when_short in (None, "trim"):
            self._filled[footage.when_over].append(index)
        return footage


def _refer_to(asset: Asset) -> MediaRef:
    return MediaRef(blob=asset.blob, sha256=asset.sha256)


def _place_sound_effects(
    scene: Scene, index: int, first_sample: int, assets: Mapping[Slot, Asset]
) -> Iterator[SoundEffectClip]:
    """Yield the sound effects of a scene. ``first_sample``: the sample at which its narration begins, or else the
    scene."""
    speech = assets.get(Slot.narration(index))
    words = speech.words if speech else ()
    for n, cue in enumerate(scene.sounds):
        asset = assets.get(Slot.sound_effect(index, n))
        if asset and asset.samples:  # it is missing if no provider had it
            start = first_sample + (round(words[cue.word].start * SAMPLE_RATE) if cue.word < len(words) else 0)
            yield SoundEffectClip(start=start, samples=asset.samples, media=_refer_to(asset), volume_db=cue.volume_db)


def _choose_transition(scene: Scene, index: int, fps: int) -> Transition:
    if index == 0 or scene.transition == "cut":
        return CUT
    return Transition(kind=scene.transition, frames=round(TRANSITION_SEC * fps))


def _place_titles(plan: RenderPlan, clips: list[Clip]) -> Iterator[Title]:
    """Yield the titles; each stands only while its scene is on the screen alone."""
    fps = plan.render.fps
    for scene, clip, following in zip(plan.scenes, clips, [*clips[1:], None], strict=True):
        first, end = clip.start + clip.transition.frames, following.start if following else clip.end
        texts: tuple[tuple[TitleText | None, Literal["title", "lower_third"], float, float], ...] = (
            (scene.title, "title", 0.0, TITLE_SEC),
            (scene.lower_third, "lower_third", LOWER_THIRD_DELAY_SEC, LOWER_THIRD_SEC),
        )
        for title, place, delay, seconds in texts:
            start = first + round(delay * fps)
            if title and start < end:
                until = min(start + round(seconds * fps), end)
                yield Title(start=start, end=until, text=title.text, subtext=title.subtext or "", place=place)


def _build_captions(
    plan: RenderPlan, assets: Mapping[Slot, Asset], clips: list[Clip], narrations: list[NarrationClip]
) -> dict[Language, tuple[Cue, ...]]:
    captions: dict[Language, tuple[Cue, ...]] = {}
    if not narrations:
        return captions  # players and YouTube refuse a caption file without a line
    fps = plan.render.fps
    for language in list_caption_languages(plan):
        cues: list[Cue] = []
        for narration in narrations:
            scene, words = plan.scenes[narration.scene], assets[Slot.narration(narration.scene)].words
            offset = narration.start / SAMPLE_RATE
            following = clips[narration.scene + 1 : narration.scene + 2]
            end = clips[narration.scene].end - sum(clip.transition.frames for clip in following)
            if language == plan.spoken_language:
                ends = find_line_ends(scene.narration)
                cues += build_cues(words, offset=offset, fps=fps, max_frame=end, line_ends=ends)
            else:
                text = scene.translations[language]
                cues += build_translated_cues(text, words, offset=offset, fps=fps, max_frame=end)
        captions[language] = tuple(cues)
    return captions


def list_caption_languages(plan: RenderPlan) -> tuple[Language, ...]:
    """Return the languages in which every spoken scene has captions: the narration's own, and full translations."""
    narrated = [s for s in plan.scenes if s.narration]
    return tuple(
        language
        for language in plan.subtitle_languages
        if language == plan.spoken_language or all(s.translations.get(language) for s in narrated)
    )


def _choose_burned_captions(plan: RenderPlan, captions: Mapping[Language, tuple[Cue, ...]]) -> tuple[Cue, ...]:
    language = plan.render.burn_captions or plan.spoken_language
    return () if language == "none" else captions.get(language, ())
