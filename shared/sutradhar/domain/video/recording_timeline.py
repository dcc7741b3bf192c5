"""Lay out a video whose narration is one recording: it plays without a gap, and the scenes change in its pauses."""

import math
from collections.abc import Container, Mapping
from itertools import pairwise

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.slot import RECORDING, Slot
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.layout import Layout, Length
from sutradhar.domain.video.recording_cuts import divide_recording, is_left_out
from sutradhar.domain.video.scene_parts import Passage, place_pauses, place_sound_effects, refer_to
from sutradhar.domain.video.shots import count_part_frames
from sutradhar.domain.video.timeline import CUT, ClipAudio, NarrationClip, Timeline, frame_to_sample

_SHORTEST_TRANSITION = 2
"""Frames. A shorter transition is a cut."""


def build_recording_timeline(
    plan: RenderPlan, assets: Mapping[Slot, Asset], captioned_scenes: Container[int] | None = None
) -> Timeline:
    """Lay out ``plan``, whose ``narration_audio`` is the narration of all scenes; see ``build_timeline``.

    Raises:
        InvalidRequest: the recording is too short for so many scenes, or too long for a video.
    """
    layout = _RecordingLayout(plan, assets, captioned_scenes)
    for index in range(len(plan.scenes)):
        layout.add_scene(index)
    return layout.build()


class _RecordingLayout(Layout):
    """Change the scenes in the pauses of the recording, which begins and ends with the usual air."""

    def __init__(self, plan: RenderPlan, assets: Mapping[Slot, Asset], captioned_scenes: Container[int] | None) -> None:
        super().__init__(plan, assets, captioned_scenes)
        self._recording = recording = assets[RECORDING]
        seconds = recording.samples / SAMPLE_RATE
        self._parts = divide_recording(plan.scenes, recording.words, recording.pauses, seconds)
        frames = self._air + math.ceil(seconds * self._fps) + self._air
        if frames < len(plan.scenes):
            message = f"the recording is {seconds:.1f} s long, too short for {len(plan.scenes)} scenes"
            raise InvalidRequest([FieldError("scenes", message)])
        self._edges = self._place_edges(frames)
        self._shorten_transitions()
        self._start = self._find_start()
        self._first_sample = frame_to_sample(self._start + self._transitions[0].frames // 2 + self._air, self._fps)

    def _place_edges(self, frames: int) -> list[int]:
        """Return the frame at which each scene begins, counted from the first one, and the end of the last. Each scene
        has at least one frame."""
        count = len(self._parts)
        edges = [0]
        for i, part in enumerate(self._parts[:-1], 1):
            at = self._air + round(part.end * self._fps)
            edges.append(min(max(at, edges[-1] + 1), frames - (count - i)))
        return [*edges, frames]

    def _shorten_transitions(self) -> None:
        """Let no transition be longer than the scenes at its sides, so that two transitions never overlap."""
        shown = [end - start for start, end in pairwise(self._edges)]
        limits = [shown[0], *(min(pair) for pair in pairwise(shown)), shown[-1]]
        transitions = [*self._transitions, self._last_transition]
        *self._transitions, self._last_transition = (
            one.evolve(frames=frames) if (frames := min(one.frames, limit)) >= _SHORTEST_TRANSITION else CUT
            for one, limit in zip(transitions, limits, strict=True)
        )

    def _measure(self, index: int, image: Asset) -> Length:
        visible = self._edges[index + 1] - self._edges[index]
        fade_out = self._fade_out(index)
        head, tail = self._transitions[index].frames // 2, fade_out - fade_out // 2
        part = count_part_frames(self._plan.scenes[index], image, self._fps)
        return Length(head + visible + tail, visible, part, extended=False)

    def _place_speech(self, index: int, first: int) -> None:
        scene, words = self._plan.scenes[index], self._recording.words
        own = [words[i] for i in self._parts[index].words]
        first_sample = self._first_sample if own else frame_to_sample(first, self._fps)
        self._sound_effects += place_sound_effects(scene, index, first_sample, own, self._assets)

    def build(self) -> Timeline:
        self._narrations = self._cut_recording()
        self._clip_audio = [self._duck(one) for one in self._clip_audio]
        return super().build()

    def _duck(self, audio: ClipAudio) -> ClipAudio:
        """Return the sound of a clip low under the recording, which also plays where the scene has no words of it."""
        clip = self._plan.scenes[audio.scene].clip
        return audio if clip and clip.sound == "keep" else audio.evolve(ducked=True)

    def _cut_recording(self) -> list[NarrationClip]:
        """Return the recording in one piece for each scene that has words of it, each after the one before."""
        words, samples = self._recording.words, self._recording.samples
        scenes = [i for i, one in enumerate(self._parts) if any(not is_left_out(words[n]) for n in one.words)] or [0]
        starts = [0, *(round(self._parts[i].start * SAMPLE_RATE) for i in scenes[1:])]
        media = refer_to(self._recording)
        return [
            NarrationClip(
                scene=scene,
                start=self._first_sample + start,
                samples=end - start,
                media=media,
                source_start=start,
                is_captioned=bool(words),
                pauses=place_pauses(self._recording.pauses, self._first_sample + start, start, end - start),
            )
            for scene, start, end in zip(scenes, starts, [*starts[1:], samples], strict=True)
            if end > start
        ]

    def _list_passages(self) -> list[Passage]:
        """Return the words of each scene. Its captions end before the first word of the next."""
        words, offset = self._recording.words, self._first_sample / SAMPLE_RATE
        passages: list[Passage] = []
        end = self._start
        for index in reversed(range(len(self._parts))):
            own = [words[i] for i in self._parts[index].words if not is_left_out(words[i])]
            if own:
                passages.append(Passage(index, own, offset, end))
                end = round((offset + own[0].start) * self._fps)
        return passages[::-1]
