"""The film as data. Everything visible is in whole frames, everything audible in whole samples at 48 kHz."""

import math
from collections.abc import Iterator, Mapping
from typing import Literal

from sutradhar.domain.asset import SAMPLE_RATE, Asset, scene_slot
from sutradhar.domain.base import Frozen
from sutradhar.domain.captions import Cue, cues, translated_cues
from sutradhar.domain.errors import FieldError, InvalidRequest
from sutradhar.domain.own_media import Fit
from sutradhar.domain.pacing import AIR_SEC, MAX_VIDEO_SEC
from sutradhar.domain.plan import (
    CameraMove,
    CaptionStyle,
    Language,
    OnScreen,
    RenderPlan,
    Scene,
    TransitionKind,
    Watermark,
)

TRANSITION_SEC = 0.5
TITLE_SEC = 3.5
LOWER_THIRD_SEC, LOWER_THIRD_DELAY_SEC = 4.0, 0.5

_MOVES: tuple[CameraMove, ...] = ("zoom_in", "pan_right", "zoom_out", "pan_left")


class Pose(Frozen):
    """Where the camera looks: centre in fractions of the picture; ``zoom`` 1 is the largest crop in its aspect."""

    x: float
    y: float
    zoom: float


class Camera(Frozen):
    """A move from ``start`` (first frame) to ``end`` (last frame), eased in and out unless it is a hold."""

    start: Pose
    end: Pose

    @property
    def still(self) -> bool:
        return self.start == self.end


class Footage(Frozen):
    """Marks a clip whose file is video, of any size and rate. It plays from ``start_sec`` on without its own sound;
    one that is shorter than its place starts over."""

    start_sec: float = 0.0
    fit: Fit = "fill"


class Clip(Frozen):
    """One scene's picture on the timeline, transitions included: it overlaps its neighbours by their frames."""

    scene: int
    start: int
    frames: int
    blob: str
    sha256: str
    camera: Camera
    fade_in: int
    """Frames of transition from the clip before; 0 is a cut."""
    transition: TransitionKind = "crossfade"
    """What happens in those frames."""
    footage: Footage | None = None
    """None: a still picture."""

    @property
    def end(self) -> int:
        return self.start + self.frames


class Voice(Frozen):
    """A narration, placed to the sample."""

    scene: int
    start: int
    samples: int
    blob: str
    sha256: str

    @property
    def end(self) -> int:
        return self.start + self.samples


class GainPoint(Frozen):
    """From sample ``at`` of the film on ``db`` more or less than else; between two points it changes evenly in dB."""

    at: int
    db: float


class Bed(Frozen):
    """Music, looped to the length of the film. ``volume_db`` is its level against the voice where nobody speaks."""

    blob: str
    sha256: str
    samples: int
    volume_db: float
    automation: tuple[GainPoint, ...] = ()
    """In the order of time; before the first and after the last point their gain holds."""


class Effect(Frozen):
    """A sound effect, placed to the sample. ``volume_db`` is its loudness against the voice's."""

    start: int
    samples: int
    blob: str
    sha256: str
    volume_db: float = -6.0


class Title(Frozen):
    """Words over the picture from frame ``start`` up to, not including, ``end``: in the middle of it as a title, or
    low on the left as a lower third. It fades in and out."""

    start: int
    end: int
    text: str
    subtext: str = ""
    place: Literal["title", "lower_third"] = "title"


class Timeline(Frozen):
    fps: int
    width: int
    height: int
    frames: int
    clips: tuple[Clip, ...]
    voices: tuple[Voice, ...]
    bed: Bed | None
    captions: Mapping[Language, tuple[Cue, ...]]
    """Side captions, one list a language; times in frames."""
    burned: tuple[Cue, ...] = ()
    """The cues drawn into the picture."""
    caption_style: CaptionStyle = "plain"
    titles: tuple[Title, ...] = ()
    effects: tuple[Effect, ...] = ()
    watermark: Watermark | None = None
    stretched: tuple[int, ...] = ()
    """Scenes whose narration is longer than the length asked for."""

    @property
    def samples(self) -> int:
        return frame_to_sample(self.frames, self.fps)

    @property
    def duration_sec(self) -> float:
        return self.frames / self.fps


def frame_to_sample(frame: int, fps: int) -> int:
    """The first sample of ``frame``; exact for every rate that divides 48000, else the nearest."""
    return round(frame * SAMPLE_RATE / fps)


def build_timeline(plan: RenderPlan, assets: Mapping[str, Asset]) -> Timeline:
    """Lay the assets out in time. ``assets`` maps slots to what was made for them.

    A scene, from the middle of its first transition to the middle of its last, lasts its narration and ``AIR_SEC`` at
    both ends, or ``duration_sec`` if that is longer. So two narrations are at least 2 × ``AIR_SEC`` apart, and the
    voice is never cut.

    Raises:
        InvalidRequest: the film would be longer than ``MAX_VIDEO_SEC``.
    """
    fps = plan.render.fps
    width, height = plan.size
    fades = [_fade_in(scene, i, fps) for i, scene in enumerate(plan.scenes)] + [0]
    air = math.ceil(AIR_SEC * fps)
    clips: list[Clip] = []
    voices: list[Voice] = []
    stretched: list[int] = []
    effects: list[Effect] = []
    start = 0
    for i, scene in enumerate(plan.scenes):
        head, tail = fades[i] // 2, fades[i + 1] - fades[i + 1] // 2
        speech = assets[scene_slot(i, "narration")] if scene.narration else None
        needed = math.ceil(speech.samples * fps / SAMPLE_RATE) + 2 * air if speech else 0
        asked = round((scene.duration_sec or 0) * fps)
        if speech and asked and needed > asked:
            stretched.append(i)
        # never shorter than its two transitions, which would otherwise run into each other
        frames = max(head + max(needed, asked) + tail, fades[i] + fades[i + 1], 1)
        image = assets[scene_slot(i, "image")]
        clips.append(
            Clip(
                scene=i,
                start=start,
                frames=frames,
                blob=image.blob,
                sha256=image.sha256,
                # footage moves of itself
                camera=_camera(scene.evolve(camera="hold") if image.footage else scene, i),
                footage=Footage() if image.footage else None,
                fade_in=fades[i],
                transition=scene.transition,
            )
        )
        if speech:
            at = frame_to_sample(start + head + air, fps)
            voices.append(Voice(scene=i, start=at, samples=speech.samples, blob=speech.blob, sha256=speech.sha256))
        heard_from = voices[-1].start if speech else frame_to_sample(start + head, fps)
        effects += _effects(scene, i, heard_from, assets)
        start += frames - fades[i + 1]
    if start > MAX_VIDEO_SEC * fps:
        message = f"the narration makes the film {start / fps:.0f} s long; at most {MAX_VIDEO_SEC:.0f} s"
        raise InvalidRequest([FieldError("scenes", message)])
    captions = _captions(plan, assets, clips, voices)
    music = assets.get("music") if plan.music.enabled else None
    return Timeline(
        fps=fps, width=width, height=height, frames=start, clips=tuple(clips), voices=tuple(voices),
        bed=_bed(music, plan.music.volume_db) if music else None,
        captions=captions, burned=_burned(plan, captions), caption_style=plan.render.caption_style,
        titles=tuple(_titles(plan, clips)), effects=tuple(effects),
        watermark=plan.watermark, stretched=tuple(stretched),
    )  # fmt: skip


def _effects(scene: Scene, index: int, begin: int, assets: Mapping[str, Asset]) -> Iterator[Effect]:
    """``begin``: the sample at which the scene's narration, or without one the scene, begins."""
    speech = assets.get(scene_slot(index, "narration"))
    words = speech.words if speech else ()
    for n, cue in enumerate(scene.sounds):
        sound = assets.get(f"{scene_slot(index, 'sound')}-{n}")
        if sound and sound.samples:  # none: nobody had it
            at = begin + round(words[cue.word].start * SAMPLE_RATE) if cue.word < len(words) else begin
            yield Effect(start=at, samples=sound.samples, blob=sound.blob, sha256=sound.sha256, volume_db=cue.volume_db)


def _bed(music: Asset, volume_db: float) -> Bed:
    return Bed(blob=music.blob, sha256=music.sha256, samples=music.samples, volume_db=volume_db)


def _fade_in(scene: Scene, index: int, fps: int) -> int:
    return 0 if index == 0 or scene.transition == "cut" else round(TRANSITION_SEC * fps)


def _camera(scene: Scene, index: int) -> Camera:
    """A slow move; scenes that name none take turns, so that no two neighbours move alike."""
    wide, close = Pose(x=0.5, y=0.5, zoom=1.0), Pose(x=0.5, y=0.48, zoom=1.15)
    panned = {"pan_left": (-0.06, 0.0), "pan_right": (0.06, 0.0), "pan_up": (0.0, -0.06), "pan_down": (0.0, 0.06)}
    move = scene.camera or _MOVES[index % len(_MOVES)]
    if move in panned:
        dx, dy = panned[move]
        start, end = Pose(x=0.5 - dx, y=0.5 - dy, zoom=1.15), Pose(x=0.5 + dx, y=0.5 + dy, zoom=1.15)
        return Camera(start=start, end=end)
    near = Pose(x=0.5, y=0.44, zoom=1.4)
    return {
        "zoom_in": Camera(start=wide, end=close),
        "zoom_out": Camera(start=close, end=wide),
        "push_in": Camera(start=wide, end=near),
        "pull_out": Camera(start=near, end=wide),
        "hold": Camera(start=wide, end=wide),
    }[move]


def _titles(plan: RenderPlan, clips: list[Clip]) -> Iterator[Title]:
    """What is written over a scene stands only while that scene alone is seen."""
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
    plan: RenderPlan, assets: Mapping[str, Asset], clips: list[Clip], voices: list[Voice]
) -> dict[Language, tuple[Cue, ...]]:
    found: dict[Language, tuple[Cue, ...]] = {}
    spoken = plan.spoken_language
    for language in plan.subtitle_languages:
        if language not in caption_languages(plan):
            continue
        lines: list[Cue] = []
        for voice in voices:
            scene, words = plan.scenes[voice.scene], assets[scene_slot(voice.scene, "narration")].words
            clip = clips[voice.scene]
            offset = voice.start / SAMPLE_RATE
            end = clip.end - (clips[voice.scene + 1].fade_in if voice.scene + 1 < len(clips) else 0)
            if language == spoken:
                lines += cues(words, offset=offset, fps=plan.render.fps, not_after=end)
            else:
                text = scene.translations[language]
                lines += translated_cues(text, words, offset=offset, fps=plan.render.fps, not_after=end)
        found[language] = tuple(lines)
    return found


def caption_languages(plan: RenderPlan) -> tuple[Language, ...]:
    """The caption languages for which every spoken scene has words: the narration's own, and complete translations."""
    spoken = [s for s in plan.scenes if s.narration]
    return tuple(
        language
        for language in plan.subtitle_languages
        if language == plan.spoken_language or all(s.translations.get(language) for s in spoken)
    )


def _burned(plan: RenderPlan, captions: Mapping[Language, tuple[Cue, ...]]) -> tuple[Cue, ...]:
    language = plan.render.burn_captions or plan.spoken_language
    return () if language == "none" else captions.get(language, ())
