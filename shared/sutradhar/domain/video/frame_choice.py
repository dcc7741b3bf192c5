"""Choose the frame of a video that a caller asks for, by a time, a number or a scene."""

from dataclasses import dataclass

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.video.timeline import Clip, LyricTrack, Timeline

_INTO_TITLE_SEC = 1.0
"""Seconds after its start at which a title is fully drawn (it fades in for less)."""


@dataclass(frozen=True)
class FrameChoice:
    """The choice of a frame. Without any of the values it is that of the first scene alone."""

    at: float | None = None
    """Seconds of the video, or of ``scene`` from its first frame on, transitions included."""
    frame: int | None = None
    """The number of the frame in the video, from 0."""
    scene: int | None = None
    """The index of a scene, from 0. Alone it chooses the frame that shows most of what the scene shows: its title, or
    else its caption, or else its middle."""


@dataclass(frozen=True)
class SceneTimes:
    """The seconds of the video from which, and to which, a scene is on the screen, transitions included."""

    start_sec: float
    end_sec: float


def find_scene_times(timeline: Timeline, scene: int) -> SceneTimes:
    """Return the times of the scene with this index, from 0; of its first showing in a video with a song."""
    clip = _find_clip(timeline, scene)
    return SceneTimes(clip.start / timeline.fps, clip.end / timeline.fps)


def find_shown_scene(timeline: Timeline, frame: int) -> int:
    """Return the index of the scene that ``frame`` shows; in a transition that of the scene that comes."""
    return max((clip for clip in timeline.clips if clip.start <= frame), key=lambda clip: clip.start).scene


def choose_frame(timeline: Timeline, choice: FrameChoice) -> int:
    """Return the number of the frame. A choice of a scene alone needs the captions of that scene on the timeline.

    Raises:
        InvalidRequest: there is no such time, frame or scene; names the field.
    """
    if choice.frame is not None and (choice.at is not None or choice.scene is not None):
        raise InvalidRequest([FieldError("frame", "says it all; leave out at and scene")])
    if choice.frame is not None:
        _require_below("frame", choice.frame, timeline.frames)
        return choice.frame
    if choice.scene is not None:
        _require_below("scene", choice.scene, max(clip.scene for clip in timeline.clips) + 1)
    if choice.at is None:
        return _choose_telling_frame(timeline, choice.scene or 0)
    first, end = 0, timeline.frames
    if choice.scene is not None:
        clip = _find_clip(timeline, choice.scene)
        first, end = clip.start, clip.end
    number = first + int(choice.at * timeline.fps + 1e-6)
    if number > end:
        length, whole = (end - first) / timeline.fps, "the video" if choice.scene is None else "the scene"
        message = f"must be at most {length:.2f} s, the length of {whole} (got {choice.at:g})"
        raise InvalidRequest([FieldError("at", message)])
    return min(number, end - 1)  # players round lengths up, so the very end counts as the last frame


def keep_shown(timeline: Timeline, frame: int) -> Timeline:
    """Return ``timeline`` with nothing but what ``frame`` shows."""
    return timeline.evolve(
        clips=tuple(clip for clip in timeline.clips if clip.start <= frame < clip.end),
        narrations=(),
        music=None,
        song=None,
        lyrics=_keep_line(timeline.lyrics, frame) if timeline.lyrics else None,
        captions={},
        burned_captions=tuple(cue for cue in timeline.burned_captions if cue.start <= frame < cue.end),
        titles=tuple(title for title in timeline.titles if title.start <= frame < title.end),
        sound_effects=(),
        clip_audio=(),
        label=label if (label := timeline.label) and label.start <= frame < label.end else None,
    )


def _keep_line(lyrics: LyricTrack, frame: int) -> LyricTrack:
    return lyrics.evolve(cues=tuple(cue for cue in lyrics.cues if cue.start <= frame < cue.end))


def _find_clip(timeline: Timeline, scene: int) -> Clip:
    """Return the first clip of the scene with this index."""
    clip = next((clip for clip in timeline.clips if clip.scene == scene), None)
    if clip is None:
        message = f"is not shown: scene {scene + 1} has no shot in a song of {timeline.duration_sec:.0f} s"
        raise InvalidRequest([FieldError("scene", message)])
    return clip


def _require_below(name: str, number: int, count: int) -> None:
    if number >= count:
        message = f"must be below {count}, the number of {name}s (got {number})"
        raise InvalidRequest([FieldError(name, message)])


def _choose_telling_frame(timeline: Timeline, scene: int) -> int:
    clip = _find_clip(timeline, scene)
    following = next((one for one in timeline.clips if one.start > clip.start), None)
    first, end = clip.start + clip.transition.frames, following.start if following else clip.end
    titles = [title for title in timeline.titles if first <= title.start < end]
    if titles:
        start = max(title.start for title in titles)
        return min(start + round(_INTO_TITLE_SEC * timeline.fps), min(title.end for title in titles) - 1, end - 1)
    middle = (first + end) // 2
    lines = timeline.lyrics.cues if timeline.lyrics else ()
    spans = [*((cue.start, cue.end) for cue in timeline.burned_captions), *((line.start, line.end) for line in lines)]
    cues = [(a, b) for a, b in spans if first <= a < end]
    if any(a <= middle < b for a, b in cues) or not cues:
        return min(max(middle, clip.start), clip.end - 1)
    start, until = min(cues, key=lambda cue: abs((cue[0] + cue[1]) // 2 - middle))
    return min((start + until) // 2, end - 1)
