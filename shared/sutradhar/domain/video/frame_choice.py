"""Choose the frame of a video that a caller asks for, by a time, a number or a scene."""

from dataclasses import dataclass

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.video.timeline import Timeline

_INTO_TITLE_SEC = 1.0
"""Seconds after its start at which a title is fully drawn (it fades in for less)."""


@dataclass(frozen=True)
class SceneTimes:
    """The seconds of the video from which, and to which, a scene is on the screen, transitions included."""

    start_sec: float
    end_sec: float


def find_scene_times(timeline: Timeline, scene: int) -> SceneTimes:
    """Return the times of the scene with this index, from 0."""
    clip = timeline.clips[scene]
    return SceneTimes(clip.start / timeline.fps, clip.end / timeline.fps)


def find_shown_scene(timeline: Timeline, frame: int) -> int:
    """Return the index of the scene that ``frame`` shows; in a transition that of the scene that comes."""
    return max(clip.scene for clip in timeline.clips if clip.start <= frame)


def choose_frame(timeline: Timeline, *, at: float | None, frame: int | None, scene: int | None) -> int:
    """Return the number of the frame.

    Args:
        at: seconds of the video, or of ``scene`` from its first frame on, transitions included.
        frame: the number of the frame in the video, from 0.
        scene: the index of a scene, from 0. Alone it chooses the frame that shows most of what the scene shows: its
            title, or else its caption, or else its middle.

    Raises:
        InvalidRequest: there is no such time, frame or scene; names the field.
    """
    if frame is not None and (at is not None or scene is not None):
        raise InvalidRequest([FieldError("frame", "says it all; leave out at and scene")])
    if scene is not None and scene >= len(timeline.clips):
        message = f"must be below {len(timeline.clips)}, the number of scenes (got {scene})"
        raise InvalidRequest([FieldError("scene", message)])
    if frame is not None:
        if frame >= timeline.frames:
            message = f"must be below {timeline.frames}, the number of frames (got {frame})"
            raise InvalidRequest([FieldError("frame", message)])
        return frame
    if at is None:
        return _choose_telling_frame(timeline, scene or 0)
    first, end = 0, timeline.frames
    if scene is not None:
        first, end = timeline.clips[scene].start, timeline.clips[scene].end
    # players round lengths up, so the very end counts as the last frame
    number = first + int(at * timeline.fps + 1e-6)
    if number > end:
        length = (end - first) / timeline.fps
        whole = "the video" if scene is None else "the scene"
        raise InvalidRequest([FieldError("at", f"must be at most {length:.2f} s, the length of {whole} (got {at:g})")])
    return min(number, end - 1)


def _choose_telling_frame(timeline: Timeline, scene: int) -> int:
    clip = timeline.clips[scene]
    following = timeline.clips[scene + 1] if scene + 1 < len(timeline.clips) else None
    first, end = clip.start + clip.transition.frames, following.start if following else clip.end
    titles = [title for title in timeline.titles if first <= title.start < end]
    if titles:
        start = max(title.start for title in titles)
        return min(start + round(_INTO_TITLE_SEC * timeline.fps), min(title.end for title in titles) - 1, end - 1)
    middle = (first + end) // 2
    cues = [cue for cue in timeline.burned_captions if first <= cue.start < end]
    if any(cue.start <= middle < cue.end for cue in cues) or not cues:
        return min(max(middle, clip.start), clip.end - 1)
    nearest = min(cues, key=lambda cue: abs((cue.start + cue.end) // 2 - middle))
    return min((nearest.start + nearest.end) // 2, end - 1)
