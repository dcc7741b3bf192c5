"""Lay scenes out in time, one after the other, and collect the clips of every track."""

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.speech_duration import MAX_VIDEO_SEC, NARRATION_PADDING_SEC
from sutradhar.domain.plan.tracks import list_further_narrations
from sutradhar.domain.video.end_clips import (
    PlacedEnd,
    choose_end_transition,
    find_intro,
    find_outro,
    list_end_words,
    place_end,
)
from sutradhar.domain.video.scene_parts import (
    Passage,
    build_captions,
    choose_burned_language,
    choose_transition,
    place_narration,
    place_sound_effects,
    place_titles,
    refer_to,
)
from sutradhar.domain.video.shots import choose_camera, count_part_frames, fill_scene, place_clip_audio, place_music
from sutradhar.domain.video.timeline import (
    CUT,
    AudioLanguage,
    Clip,
    ClipAudio,
    Footage,
    MusicTrack,
    NarrationClip,
    SoundEffectClip,
    Timeline,
    frame_to_sample,
)
from sutradhar.domain.video.visible_label import place_label


class Length(NamedTuple):
    """The frames of one scene's clip."""

    frames: int
    """All frames of the clip, transitions included."""
    visible: int
    """Frames from the middle of the first transition to the middle of the last."""
    part: int | None
    """Frames of the used part of the user's clip; None: the scene shows no such clip."""
    extended: bool
    """True if the narration needs more frames than the plan asks for."""


def _list_words(end: PlacedEnd | None, fps: int) -> list[Passage]:
    return [*list_end_words(end, fps)] if end else []


class Layout:
    """Place one scene after the other and collect the clips of every track.

    A subclass places another voice or other lengths: it overrides ``_measure``, ``_place_speech`` or
    ``_list_passages``.
    """

    def __init__(self, plan: RenderPlan, assets: Mapping[Slot, Asset], captioned_scenes: Container[int] | None) -> None:
        self._plan, self._assets, self._fps = plan, assets, plan.render.fps
        self._captioned_scenes = captioned_scenes
        self._transitions = [choose_transition(scene, i, self._fps) for i, scene in enumerate(plan.scenes)]
        self._intro, self._outro = find_intro(plan, assets), find_outro(plan, assets)
        self._transitions[0] = choose_end_transition(plan.scenes[0].transition, self._intro, self._fps)
        self._last_transition = choose_end_transition(plan.scenes[-1].transition, self._outro, self._fps)
        """The transition to the outro, of the same kind as that to the last scene."""
        self._air = math.ceil(NARRATION_PADDING_SEC * self._fps)
        self._start = self._find_start()
        """First frame of the next scene's clip."""
        self._clips: list[Clip] = []
        self._narrations: list[NarrationClip] = []
        self._further: dict[Language, list[NarrationClip]] = {language: [] for language in plan.audio_languages}
        """The narrations of the further audio tracks."""
        self._sound_effects: list[SoundEffectClip] = []
        self._clip_audio: list[ClipAudio] = []
        self._extended: list[int] = []
        self._cut_short: list[int] = []
        self._filled: dict[str, list[int]] = {"loop": [], "hold": []}
        """Scenes whose clip is too short, by what fills them."""

    def _find_start(self) -> int:
        """Return the first frame of the first scene's clip."""
        return self._intro.frames - self._transitions[0].frames if self._intro else 0

    def add_scene(self, index: int) -> None:
        scene, image = self._plan.scenes[index], self._assets[Slot.image(index)]
        fade_out = self._fade_out(index)
        head = self._transitions[index].frames // 2
        length = self._measure(index, image)
        clip = Clip(
            scene=index,
            start=self._start,
            frames=length.frames,
            media=refer_to(image),
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
        self._place_speech(index, self._start + head)
        self._start += length.frames - fade_out

    def build(self) -> Timeline:
        """Return the timeline of the scenes that were added.

        Raises:
            InvalidRequest: they are longer than ``MAX_VIDEO_SEC``, the intro and the outro included.
        """
        frames = self._start + (self._outro.frames if self._outro else 0)
        if frames > MAX_VIDEO_SEC * self._fps:
            message = f"the narration makes the video {frames / self._fps:.0f} s long; at most {MAX_VIDEO_SEC:.0f} s"
            raise InvalidRequest([FieldError("scenes", message)])
        plan, chosen = self._plan, self._captioned_scenes
        intro, outro = self._place_intro(), self._place_outro()
        ends = [one for one in (intro, outro) if one]
        burned = choose_burned_language(plan)

        def add_ends(passages: list[Passage]) -> list[Passage]:
            listed = [*_list_words(intro, self._fps), *passages, *_list_words(outro, self._fps)]
            return [one for one in listed if chosen is None or one.scene in chosen]

        further = {language: add_ends(self._list_further_passages(language)) for language in self._further}
        captions = build_captions(plan, add_ends(self._list_passages()), further)
        return Timeline(
            fps=self._fps,
            width=plan.size[0],
            height=plan.size[1],
            frames=frames,
            clips=(*([intro.clip] if intro else []), *self._clips, *([outro.clip] if outro else [])),
            narrations=tuple(self._narrations),
            music=self._place_music(frames),
            captions=captions,
            burned_captions=captions.get(burned, ()) if burned else (),
            language=plan.spoken_language,
            caption_language=burned if burned in captions else None,
            audio_languages=tuple(
                AudioLanguage(language=language, narrations=tuple(narrations))
                for language, narrations in self._further.items()
            ),
            caption_style=plan.render.caption_style,
            titles=tuple(place_titles(plan, self._clips, outro.clip if outro else None)),
            sound_effects=tuple(self._sound_effects),
            clip_audio=(*self._clip_audio, *(one.audio for one in ends if one.audio)),
            watermark=plan.watermark,
            label=place_label(plan, frames),
            look=plan.look,
            extended_scenes=tuple(self._extended),
            looped_scenes=tuple(self._filled["loop"]),
            held_scenes=tuple(self._filled["hold"]),
            cut_short_scenes=tuple(self._cut_short),
        )

    def _place_intro(self) -> PlacedEnd | None:
        fade_out = self._transitions[0].frames
        return place_end(self._intro, 0, CUT, self._plan, fade_out=fade_out) if self._intro else None

    def _place_outro(self) -> PlacedEnd | None:
        """Place the outro where the scenes that were added end."""
        outro, transition = self._outro, self._last_transition
        return place_end(outro, self._start, transition, self._plan) if outro else None

    def _place_music(self, frames: int) -> MusicTrack | None:
        """Return the music. It is heard under the scenes, and under an intro or an outro without a sound."""
        asset, music = self._assets.get(MUSIC), self._plan.music
        if asset is None or not music.enabled:
            return None
        start = self._clips[0].start if self._intro and self._intro.is_heard else 0
        end = self._clips[-1].end if self._outro and self._outro.is_heard else frames
        edges = (frame_to_sample(frame, self._fps) for frame in (start, end, frames))
        return place_music(asset, music, *edges)

    def _find_speech(self, index: int) -> Asset | None:
        scene = self._plan.scenes[index]
        return self._assets[Slot.narration(index)] if scene.narration or scene.narration_audio else None

    def _find_further_speech(self, index: int) -> dict[Language, Asset]:
        """Return the narration of the scene in each further audio track."""
        languages = list_further_narrations(self._plan, index)
        return {language: self._assets[Slot.narration(index, language)] for language in languages}

    def _place_speech(self, index: int, first: int) -> None:
        """Place what is heard in a scene that is on the screen from frame ``first`` on, its transition halved."""
        speech, first_sample = self._find_speech(index), frame_to_sample(first, self._fps)
        if speech:
            first_sample = frame_to_sample(first + self._air, self._fps)
            self._narrations.append(place_narration(index, first_sample, speech))
            for language, further in self._find_further_speech(index).items():
                self._further[language].append(place_narration(index, first_sample, further))
        words = speech.words if speech else ()
        self._sound_effects += place_sound_effects(self._plan.scenes[index], index, first_sample, words, self._assets)

    def _list_passages(self) -> list[Passage]:
        """Return what is spoken in each scene. Its captions end before the transition to the next one."""
        return sorted([*self._list_narrated(self._narrations), *self._list_clip_passages()])

    def _list_further_passages(self, language: Language) -> list[Passage]:
        return sorted([*self._list_narrated(self._further[language], language), *self._list_clip_passages()])

    def _list_narrated(
        self, narrations: Sequence[NarrationClip], language: Language | None = None
    ) -> Iterator[Passage]:
        for narration in narrations:
            end = self._clips[narration.scene].end - self._fade_out(narration.scene)
            words = self._assets[Slot.narration(narration.scene, language)].words
            yield Passage(narration.scene, words, narration.start / SAMPLE_RATE, end, language)

    def _list_clip_passages(self) -> Iterator[Passage]:
        """Yield the recognised words of each user's clip that is heard alone."""
        for audio in self._clip_audio:
            clip, words = self._clips[audio.scene], self._assets[Slot.image(audio.scene)].words
            if audio.ducked or not clip.footage or not words:
                continue
            first, last = clip.footage.start_sec, clip.footage.start_sec + audio.period / SAMPLE_RATE
            words_heard = [word for word in words if first <= word.start and word.end <= last]
            yield Passage(
                audio.scene,
                words_heard,
                clip.start / self._fps - first,
                clip.start + clip.frames - self._fade_out(audio.scene),
            )

    def _fade_out(self, index: int) -> int:
        """Return the frames of the transition to the scene after ``index``, or to the outro."""
        transitions = [*self._transitions, self._last_transition]
        return transitions[index + 1].frames

    def _measure(self, index: int, image: Asset) -> Length:
        scene, speech = self._plan.scenes[index], self._find_speech(index)
        fade_in, fade_out = self._transitions[index].frames, self._fade_out(index)
        head, tail = fade_in // 2, fade_out - fade_out // 2
        samples = [one.samples for one in (speech, *self._find_further_speech(index).values()) if one]
        needed = math.ceil(max(samples) * self._fps / SAMPLE_RATE) + 2 * self._air if samples else 0
        requested = round((scene.duration_sec or 0) * self._fps)
        extended = bool(speech and requested and needed > requested)
        part = count_part_frames(scene, image, self._fps)
        is_trimmed = part and scene.clip and scene.clip.when_short == "trim" and part < requested
        if part and scene.clip and (is_trimmed or not (speech or requested)):
            requested = part - head - tail  # the part's own length, transitions included
        # at least as long as its two transitions, so that they do not overlap
        frames = max(head + max(needed, requested) + tail, fade_in + fade_out, 1)
        return Length(frames, frames - head - tail, part, extended)

    def _choose_footage(self, scene: Scene, index: int, image: Asset, length: Length) -> Footage | None:
        if not (length.part and scene.clip):
            return Footage() if image.is_video else None
        footage = fill_scene(scene, image, length.part, length.frames, slack=length.frames - length.visible)
        if scene.clip.end_sec is not None and length.part > length.frames:
            self._cut_short.append(index)
        if length.part < length.visible and scene.clip.when_short in (None, "trim"):
            self._filled[footage.when_over].append(index)
        return footage
