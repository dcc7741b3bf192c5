"""Lay out the intro and the outro: clips that are shown once, before the first and after the last scene."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sutradhar.domain.assets import slot as slots
from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.plan.choices import TransitionKind
from sutradhar.domain.plan.ends import INTRO, OUTRO
from sutradhar.domain.plan.own_media import ClipFile
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.video.scene_parts import TRANSITION_SEC, Passage, refer_to
from sutradhar.domain.video.shots import choose_camera, count_part_frames, fill_scene, place_clip_audio
from sutradhar.domain.video.timeline import CUT, Clip, ClipAudio, Transition


class EndClip(NamedTuple):
    """The intro or the outro: what it shows as a scene of its own, and for how many frames."""

    number: int
    """``INTRO`` or ``OUTRO``."""
    scene: Scene
    asset: Asset
    frames: int

    @property
    def is_heard(self) -> bool:
        """Return whether it has a sound of its own, beside which no music plays."""
        return bool(self.asset.samples) and self.scene.clip is not None and self.scene.clip.sound != "drop"


def find_intro(plan: RenderPlan, assets: Mapping[Slot, Asset]) -> EndClip | None:
    return _find_end(INTRO, plan.intro, assets.get(slots.INTRO), plan.render.fps)


def find_outro(plan: RenderPlan, assets: Mapping[Slot, Asset]) -> EndClip | None:
    return _find_end(OUTRO, plan.outro, assets.get(slots.OUTRO), plan.render.fps)


def _find_end(number: int, clip: ClipFile | None, asset: Asset | None, fps: int) -> EndClip | None:
    if clip is None or asset is None:
        return None
    use = "drop" if clip.sound == "drop" else "keep"  # no narration speaks over it
    scene = Scene(clip=clip.evolve(sound=use, when_short="hold"))
    frames = count_part_frames(scene, asset, fps)
    return EndClip(number, scene, asset, frames) if frames else None


def choose_end_transition(kind: TransitionKind, end: EndClip | None, fps: int) -> Transition:
    """Return the transition between a scene and the intro or outro, of which it takes at most half."""
    frames = min(round(TRANSITION_SEC * fps), end.frames // 2) if end and kind != "cut" else 0
    return Transition(kind=kind, frames=frames) if frames > 1 else CUT


class PlacedEnd(NamedTuple):
    """The intro or the outro on the timeline."""

    end: EndClip
    clip: Clip
    audio: ClipAudio | None
    alone_until: int
    """The frame at which the transition to the first scene begins, or the end of the video."""


def place_end(end: EndClip, start: int, transition: Transition, plan: RenderPlan, fade_out: int = 0) -> PlacedEnd:
    """Place ``end`` from frame ``start`` on. ``fade_out``: frames of the transition after it."""
    assert end.scene.clip
    fps, aspect = plan.render.fps, plan.size[0] / plan.size[1]
    clip = Clip(
        scene=end.number,
        start=start,
        frames=end.frames,
        media=refer_to(end.asset),
        camera=choose_camera(end.scene, 0, end.asset, aspect),
        footage=fill_scene(end.scene, end.asset, end.frames, end.frames, slack=0),
        transition=transition,
        fit=end.scene.clip.fit,
    )
    audio = place_clip_audio(end.scene, end.asset, clip, fps, fade_out=fade_out)
    return PlacedEnd(end, clip, audio, clip.end - fade_out)


def list_end_words(placed: PlacedEnd, fps: int) -> Iterator[Passage]:
    """Yield the words that are recognised in the sound of the intro or the outro."""
    end, clip, audio, alone_until = placed
    if audio and clip.footage:
        first, last = clip.footage.start_sec, clip.footage.start_sec + audio.period / SAMPLE_RATE
        if words := [word for word in end.asset.words if first <= word.start and word.end <= last]:
            yield Passage(end.number, words, clip.start / fps - first, alone_until)
