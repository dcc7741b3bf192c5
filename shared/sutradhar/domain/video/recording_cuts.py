"""Divide one recorded narration among scenes: which words each scene has, and in which pause it ends."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.script_parts import match_narrations
from sutradhar.domain.text.words import split_words

_REACH = 0.45
"""Share of an even part of a passage, by which a cut without words moves to reach a pause."""
_SLACK_SEC = 0.2
"""Seconds by which a measured pause may begin before the word's end, or end after the next word's start."""

Span = tuple[float, float]


class SceneVoice(NamedTuple):
    """The part of a recording that is heard while a scene is shown, in seconds, and the words of it, by index."""

    start: float
    end: float
    words: range


def is_left_out(word: Word) -> bool:
    """Return whether the text has ``word``, but the recording does not say it."""
    return word.confidence == 0 and word.end <= word.start


def divide_recording(
    scenes: Sequence[Scene], words: Sequence[Word], pauses: Sequence[Span], seconds: float
) -> list[SceneVoice]:
    """Return the part of each scene. They follow each other without a gap, from 0 to ``seconds``.

    A scene with a narration has its words, and ends in the middle of the pause before the words of the next. Scenes
    without one share the part of the scene before them, or of the first one with words; so do all scenes if no word is
    known.
    """
    if not any(scene.narration for scene in scenes):
        return _divide_by_length(len(scenes), words, pauses, seconds)
    ranges = assign_words(scenes, words)
    groups = _group_scenes(ranges, words)
    edges = [0.0]
    for one, following in pairwise(groups):
        edges.append(_find_cut(words, one.spoken_range, following.spoken_range, pauses, edges[-1]))
    edges.append(max(seconds, edges[-1]))
    parts: list[SceneVoice] = []
    for group, (start, end) in zip(groups, pairwise(edges), strict=True):
        cuts = _split_span(start, end, group.size, pauses)
        parts += [SceneVoice(a, b, ranges[len(parts) + i]) for i, (a, b) in enumerate(pairwise(cuts))]
    return parts


def _divide_by_length(count: int, words: Sequence[Word], pauses: Sequence[Span], seconds: float) -> list[SceneVoice]:
    cuts = _split_span(0.0, seconds, count, pauses)
    firsts = [sum(word.start < cut for word in words) for cut in cuts[:-1]]
    ends = [*firsts[1:], len(words)]
    return [
        SceneVoice(start, end, range(a, b))
        for (start, end), a, b in zip(pairwise(cuts), [0, *firsts[1:]], ends, strict=True)
    ]


def assign_words(scenes: Sequence[Scene], words: Sequence[Word]) -> list[range]:
    """Return the indexes of the words of each scene, in order: by its narration, or none."""
    counts = [len(split_words(scene.narration)) for scene in scenes]
    if sum(counts) == len(words):
        ends = [sum(counts[: i + 1]) for i in range(len(scenes))]
    else:
        ends = match_narrations([scene.narration for scene in scenes], [word.text for word in words])
    starts = [0, *ends[:-1]]
    return [range(a, b) for a, b in zip(starts, ends, strict=True)]


class _Group(NamedTuple):
    """Scenes that share a part of the recording. ``spoken_range``: its said words, from the first to the last."""

    size: int
    spoken_range: range


def _group_scenes(ranges: Sequence[range], words: Sequence[Word]) -> list[_Group]:
    groups: list[_Group] = []
    waiting = 0
    """Scenes before the first with words."""
    for one in ranges:
        audible = [i for i in one if not is_left_out(words[i])]
        if audible:
            groups.append(_Group(waiting + 1, range(audible[0], audible[-1] + 1)))
            waiting = 0
        elif groups:
            groups[-1] = groups[-1]._replace(size=groups[-1].size + 1)
        else:
            waiting += 1
    return groups or [_Group(waiting, range(0))]


def _find_cut(
    words: Sequence[Word], spoken_range: range, following: range, pauses: Sequence[Span], after: float
) -> float:
    """Return the middle of the pause between two groups of words; it is never before ``after``."""
    last, first = words[spoken_range[-1]], words[following[0]]
    low, high = min(last.end, first.start), first.start
    inside = [
        (max(a, last.start), min(b, first.end)) for a, b in pauses if a < high + _SLACK_SEC and b > low - _SLACK_SEC
    ]
    inside = [(a, b) for a, b in inside if a < b]
    start, end = max(inside, key=lambda pause: pause[1] - pause[0], default=(low, high))
    return max((start + end) / 2, after)


def _split_span(start: float, end: float, count: int, pauses: Sequence[Span]) -> list[float]:
    """Return the edges of ``count`` parts of about equal length; each inner edge is in a pause where one is near."""
    length = (end - start) / count
    edges = [start]
    for i in range(1, count):
        even = start + i * length
        near = [(a + b) / 2 for a, b in pauses if abs((a + b) / 2 - even) <= _REACH * length]
        edges.append(max(min(near, key=lambda at: abs(at - even), default=even), edges[-1]))
    return [*edges, end]
