"""Timeline -> segments: what one encode makes, and the key under which it is found again. Pure.

A segment says everything that its pixels depend on, with times counted from its own first frame. Its key hashes
exactly that, so a change elsewhere in the film leaves it alone.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.own_media import Fit
from sutradhar.domain.plan.plan import CaptionStyle, TransitionKind, Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import Camera, Footage, Timeline, Title

ENGINE_VERSION = "3"
"""Goes into every key. Raise it when the same segment would come out with other pixels."""

MAX_BODY_SEC = 6.0
"""Longer bodies are cut, so that the cores stay busy when a single scene has changed."""


class Shot(Frozen):
    """A clip as one segment sees it: its first frame is frame ``at`` of the segment, which may be below 0."""

    scene: int
    blob: str
    sha256: str
    camera: Camera
    at: int
    frames: int
    fade_in: int
    """Frames of transition from the shot before."""
    transition: TransitionKind
    footage: Footage | None
    fit: Fit = "fill"


class Segment(Frozen):
    start: int
    """Its first frame in the film; of no consequence for its pixels."""
    frames: int
    fps: int
    width: int
    height: int
    shots: tuple[Shot, ...]
    """One, or in a transition two, in the order of the film."""
    cues: tuple[Cue, ...]
    """Those drawn into it, no longer than it; the starts of words count from its first frame, 0 if they are past."""
    caption_style: CaptionStyle
    titles: tuple[Title, ...]
    """One that began before starts below 0, and one that goes on ends beyond the segment."""
    watermark: Watermark | None

    @property
    def end(self) -> int:
        return self.start + self.frames


def cut(timeline: Timeline, max_body_sec: float = MAX_BODY_SEC) -> tuple[Segment, ...]:
    """The whole film in order: transitions and bodies apart, long bodies in equal parts."""
    return tuple(segment(timeline, a, b) for a, b in pairwise(_cuts(timeline, max_body_sec)))


def _cuts(timeline: Timeline, max_body_sec: float) -> list[int]:
    edges = {0, timeline.frames}
    for clip in timeline.clips:
        edges |= {clip.start, clip.start + clip.fade_in}
    bodies = sorted(edges)
    longest = max(round(max_body_sec * timeline.fps), 1)
    found = [0]
    for a, b in pairwise(bodies):
        parts = -(-(b - a) // longest)
        parts += parts % 2 if parts > 1 else 0  # two cores share a lonely scene evenly, four or eight nearly so
        found += [a + (b - a) * part // parts for part in range(1, parts + 1)]
    return found


def segment(timeline: Timeline, start: int, end: int) -> Segment:
    """Frames ``start`` up to, not including, ``end`` of the film."""
    shots = tuple(
        Shot(
            scene=clip.scene,
            blob=clip.blob,
            sha256=clip.sha256,
            camera=clip.camera,
            at=clip.start - start,
            frames=clip.frames,
            fade_in=fading,
            transition=clip.transition if fading else "cut",
            footage=clip.footage,
            fit=clip.fit,
        )
        for clip in timeline.clips
        if clip.start < end and clip.end > start
        for fading in [clip.fade_in if clip.start + clip.fade_in > start else 0]
    )
    cues = tuple(
        _seen(cue, start, end, timeline.caption_style) for cue in timeline.burned if cue.start < end and cue.end > start
    )
    return Segment(
        start=start,
        frames=end - start,
        fps=timeline.fps,
        width=timeline.width,
        height=timeline.height,
        shots=shots,
        cues=cues,
        caption_style=timeline.caption_style if any(cue.word_starts for cue in cues) else "plain",
        titles=tuple(
            title.evolve(start=title.start - start, end=title.end - start)
            for title in timeline.titles
            if title.start < end and title.end > start
        ),
        watermark=timeline.watermark,
    )


def _seen(cue: Cue, start: int, end: int, style: CaptionStyle) -> Cue:
    """What the frames from ``start`` to ``end`` show of ``cue``, and nothing that they do not."""
    words = tuple(min(max(at - start, 0), end - start) for at in cue.word_starts) if style == "highlight" else ()
    return cue.evolve(start=max(cue.start - start, 0), end=min(cue.end, end) - start, word_starts=words)


def key(segment: Segment, encoder: Sequence[str], engine: str, fonts: Mapping[str, str]) -> str:
    """sha256 of all that the encoded segment depends on.

    Args:
        encoder: the encoder's arguments.
        engine: versions of the programs and libraries that make pixels.
        fonts: hashes of the font files; they count only where there is text.
    """
    seen = segment.model_dump(exclude={"start": True, "shots": {"__all__": {"scene", "blob"}}}, mode="json")
    for shot, entry in zip(segment.shots, seen["shots"], strict=True):
        throughout = shot.at <= 0 and shot.at + shot.frames >= segment.frames
        if shot.camera.still and not shot.footage and throughout and not shot.fade_in:
            # a camera at rest shows the same at any time
            entry["at"], entry["frames"] = 0, segment.frames
    text = dict(fonts) if segment.cues or segment.titles or segment.watermark else {}
    whole = [ENGINE_VERSION, engine, list(encoder), text, seen]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def cost(segment: Segment) -> float:
    """What it takes to make ``segment``, in frames of a body: two pictures a frame in a transition (composing is a
    fifth of the work), and the preparation of each picture (170 ms, as much as some five frames)."""
    return segment.frames * (1 + 0.2 * (len(segment.shots) - 1)) + 5 * len(segment.shots)


def shares(costs: Sequence[float], tasks: int, beside: Sequence[float] = ()) -> list[range]:
    """Which segments each of ``tasks`` makes: neighbours, which share their pictures, at about equal cost.

    ``beside`` is other work of the first tasks, in the unit of ``costs``. There may be tasks without any segments.
    """
    other = [*beside, *[0.0] * tasks][:tasks]
    even = (sum(costs) + sum(other)) / tasks
    found: list[range] = []
    at, done = 0, 0.0
    for task in range(1, tasks):
        start = at
        done += other[task - 1]
        # a segment belongs to the task in whose time its middle lies
        while at < len(costs) and done + costs[at] / 2 <= task * even:
            done += costs[at]
            at += 1
        found.append(range(start, at))
    return [*found, range(at, len(costs))]
