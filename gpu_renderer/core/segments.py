"""Cut a timeline into segments: the parts that are encoded, and stored, one by one. Pure.

A segment holds everything that its pixels depend on, with times counted from its own first frame. Its cache key hashes
exactly that, so a change elsewhere in the video leaves it valid.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from gpu_renderer.core.segment_look import cut_look, list_look_files
from gpu_renderer.core.segment_lyrics import SegmentLyrics, cut_lyrics
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.brand import BrandLook
from sutradhar.domain.plan.choices import CaptionStyle
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import CUT, Clip, LabelCue, MediaRef, Timeline, Title, Transition

ENGINE_VERSION = "4"
"""Part of every cache key. Raise it when the same segment would get other pixels."""

MAX_SEGMENT_SEC = 6.0
"""Longer segments are cut, so that all cores have work when a single scene has changed."""

_HALVINGS = 40
"""Steps of the search for the shortest time: a millionth of a millionth of the whole."""


class SegmentClip(Frozen):
    """A clip in one segment. The clip's first frame is frame ``at`` of the segment, which may be below 0."""

    clip: Clip
    at: int
    transition: Transition
    """The transition from the clip before; a cut if it is finished before the segment begins."""


class Segment(Frozen):
    """A part of the video in which the same clips are on the screen."""

    start: int
    """Its first frame in the video; its pixels do not depend on that."""
    frames: int
    fps: int
    width: int
    height: int
    clips: tuple[SegmentClip, ...]
    """One clip, or the two of a transition, in the order of the video."""
    cues: tuple[Cue, ...]
    """The cues that are drawn into the segment, cut to its length; the starts of words count from its first frame, 0
    if they are past."""
    caption_style: CaptionStyle
    titles: tuple[Title, ...]
    """A title that began before starts below 0, and one that goes on ends beyond the segment."""
    watermark: Watermark | None
    lyrics: SegmentLyrics | None = None
    label: LabelCue | None = None
    """The label, cut to the segment's frames."""
    look: BrandLook | None = None
    """The part of the brand's look that the segment shows; None: the usual look."""
    language: Language | None = None
    """The language of titles, marks and lyrics; None: it is not known."""
    caption_language: Language | None = None

    @property
    def end(self) -> int:
        return self.start + self.frames


def split(timeline: Timeline, max_segment_sec: float = MAX_SEGMENT_SEC) -> tuple[Segment, ...]:
    """Return the segments of the whole video in order. Each transition is a segment of its own; what lies between two
    transitions is cut into equal parts of at most ``max_segment_sec``."""
    return tuple(build_segment(timeline, a, b) for a, b in pairwise(_find_cuts(timeline, max_segment_sec)))


def _find_cuts(timeline: Timeline, max_segment_sec: float) -> list[int]:
    edges = {0, timeline.frames}
    for clip in timeline.clips:
        edges |= {clip.start, clip.start + clip.transition.frames}
    longest = max(round(max_segment_sec * timeline.fps), 1)
    cuts = [0]
    for a, b in pairwise(sorted(edges)):
        parts = -(-(b - a) // longest)
        parts += parts % 2 if parts > 1 else 0  # two cores share a single scene evenly, four or eight nearly so
        cuts += [a + (b - a) * part // parts for part in range(1, parts + 1)]
    return cuts


def build_segment(timeline: Timeline, start: int, end: int) -> Segment:
    """Return the segment of the frames from ``start`` up to, not including, ``end`` of the video."""
    cues = tuple(
        _cut_cue(cue, start, end, timeline.caption_style)
        for cue in timeline.burned_captions
        if cue.start < end and cue.end > start
    )
    clips = tuple(
        SegmentClip(
            clip=clip,
            at=clip.start - start,
            transition=clip.transition if clip.start + clip.transition.frames > start else CUT,
        )
        for clip in timeline.clips
        if clip.start < end and clip.end > start
    )
    titles = tuple(
        title.evolve(start=title.start - start, end=title.end - start)
        for title in timeline.titles
        if title.start < end and title.end > start
    )
    # an intro and an outro are shown as they are: a mark stands over scenes only
    has_mark = any(shown.clip.is_scene for shown in clips)
    watermark = timeline.watermark if has_mark else None
    return Segment(
        start=start,
        frames=end - start,
        fps=timeline.fps,
        width=timeline.width,
        height=timeline.height,
        clips=clips,
        cues=cues,
        caption_style=timeline.caption_style if any(cue.word_starts for cue in cues) else "plain",
        titles=titles,
        watermark=watermark,
        lyrics=cut_lyrics(timeline.lyrics, start, end, timeline.fps),
        label=_cut_label(timeline.label, start, end),
        language=timeline.language,
        caption_language=timeline.caption_language or timeline.language,
        look=cut_look(timeline.look, has_text=bool(cues or titles or watermark), has_logo=has_mark),
    )


def list_files(segment: Segment) -> Iterator[MediaRef]:
    """Yield the files that ``segment`` shows or draws with."""
    yield from (shown.clip.media for shown in segment.clips)
    yield from list_look_files(segment.look)


def _cut_label(label: LabelCue | None, start: int, end: int) -> LabelCue | None:
    if label is None or not (label.start < end and label.end > start):
        return None
    return label.evolve(start=max(label.start - start, 0), end=min(label.end, end) - start)


def _cut_cue(cue: Cue, start: int, end: int, style: CaptionStyle) -> Cue:
    """Return ``cue`` as the frames from ``start`` to ``end`` show it. It holds no more, so that a change of the rest of
    the cue leaves the segment's key alone."""
    words = tuple(min(max(at - start, 0), end - start) for at in cue.word_starts) if style == "highlight" else ()
    return cue.evolve(start=max(cue.start - start, 0), end=min(cue.end, end) - start, word_starts=words)


def encode_cost(segment: Segment) -> float:
    """Return the cost of encoding ``segment``, in frames with one clip. A transition draws two images in each frame
    (composing is a fifth of the work), and each image has to be prepared (170 ms, as much as some five frames)."""
    return segment.frames * (1 + 0.2 * (len(segment.clips) - 1)) + 5 * len(segment.clips)


def partition_by_cost(
    costs: Sequence[float], tasks: int, other_work: Sequence[float] = (), workers: int = 1
) -> list[range]:
    """Return the segments that each of ``tasks`` encodes: neighbours, which share their images. The task that takes
    longest takes as short as it can.

    Args:
        costs: the cost of each segment.
        other_work: the cost of other work of the first tasks, in the unit of ``costs``; one worker begins after it.
        workers: segments that a task encodes at the same time.

    Returns:
        A range of indices for each task; it may be empty.
    """
    other = [*other_work, *[0.0] * tasks][:tasks]
    short, enough = 0.0, 1.001 * (sum(costs) + sum(other))  # more than rounding can take away
    ranges = _fill_tasks(costs, other, workers, enough)
    for _ in range(_HALVINGS):
        limit = (short + enough) / 2
        filled = _fill_tasks(costs, other, workers, limit)
        if filled[-1].stop == len(costs):
            enough, ranges = limit, filled
        else:
            short = limit
    return ranges


def _fill_tasks(costs: Sequence[float], other: Sequence[float], workers: int, limit: float) -> list[range]:
    """Return as many segments as each task can encode until ``limit``; those for which there is no time are left."""
    ranges: list[range] = []
    index = 0
    for work in other:
        first = index
        free_at = [work, *[0.0] * (workers - 1)]
        while index < len(costs) and min(free_at) + costs[index] <= limit:
            worker = free_at.index(min(free_at))
            free_at[worker] += costs[index]
            index += 1
        ranges.append(range(first, index))
    return ranges
