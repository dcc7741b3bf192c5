"""Choose the parts of a song that suit a short video."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from sutradhar.domain.song.analysis import ENERGY_STEP_SEC, Section, SongAnalysis, SongPart

ENERGY_WEIGHT, HOOK_WEIGHT, START_WEIGHT, END_WEIGHT, LENGTH_WEIGHT = 0.35, 0.25, 0.15, 0.10, 0.15
"""The weights of a part's score, all of values from 0 to 1: mean energy; how much of the hook is in it; a start and an
end where a section begins or ends; a length near the target. One of the systems before this one had 0.45 energy, 0.25
loudness, 0.20 confidence and 0.10 length: it preferred the loud middle of a chorus to its start."""
SHORTEST_SHARE, LONGEST_SHARE = 0.8, 1.2
"""The length of a part, relative to the target."""
_MOST_OVERLAP = 0.5
"""The share of a part that a better one may have too."""
_REPEAT_GAIN, _MOST_REPEATS = 0.25, 4
"""A section counts for a quarter more with each time that it is heard again."""
_SAME_SEC = 0.25
"""Seconds. A boundary that is nearer to the end of a section is that end."""
_MOST_STARTS = 1500


@dataclass(frozen=True)
class _Hook:
    """The section that listeners remember: the loudest and most repeated one."""

    sections: tuple[Section, ...]

    @property
    def longest_sec(self) -> float:
        return max((section.end_sec - section.start_sec for section in self.sections), default=0.0)

    def share_in(self, start: float, end: float) -> float:
        """Return how much of the hook, or how much of the part if that is shorter, lies in the part."""
        inside = sum(max(min(s.end_sec, end) - max(s.start_sec, start), 0.0) for s in self.sections)
        longest = min(self.longest_sec, end - start)
        return min(inside / longest, 1.0) if longest > 0 else 0.0


def choose_best_parts(analysis: SongAnalysis, target_sec: float, count: int = 3) -> tuple[SongPart, ...]:
    """Return at most ``count`` parts of about ``target_sec`` seconds, the best first.

    A part has 0.8 to 1.2 times the target's length and begins and ends with a bar; where no bars are known with a
    beat, else anywhere. A song that is not longer than the target is one part as a whole.

    Raises:
        ValueError: ``target_sec`` or ``count`` is not above 0.
    """
    if target_sec <= 0 or count <= 0:
        raise ValueError(f"the length and the number of parts must be above 0 (got {target_sec:g} s, {count})")
    if analysis.duration_sec <= target_sec:
        return (SongPart(start_sec=0.0, end_sec=analysis.duration_sec, score=1.0, reason="the whole song"),)
    hook = _find_hook(analysis)
    chosen: list[SongPart] = []
    for part in sorted(_rate_parts(analysis, target_sec, hook), key=lambda part: (-part.score, part.start_sec)):
        if all(_overlap(part, other) <= _MOST_OVERLAP for other in chosen):
            chosen.append(part)
            if len(chosen) == count:
                break
    return tuple(chosen)


def _overlap(part: SongPart, other: SongPart) -> float:
    both = min(part.end_sec, other.end_sec) - max(part.start_sec, other.start_sec)
    return both / min(part.end_sec - part.start_sec, other.end_sec - other.start_sec)


def _find_hook(analysis: SongAnalysis) -> _Hook:
    by_label: dict[str, list[Section]] = {}
    for section in analysis.sections:
        by_label.setdefault(section.label, []).append(section)

    def rate(sections: Sequence[Section]) -> float:
        seconds = sum(s.end_sec - s.start_sec for s in sections)
        energy = sum(s.energy * (s.end_sec - s.start_sec) for s in sections) / seconds if seconds > 0 else 0.0
        return energy * (1 + _REPEAT_GAIN * (min(len(sections), _MOST_REPEATS) - 1))

    best = max(by_label.values(), key=rate, default=[])
    return _Hook(tuple(best) if best and rate(best) > 0 else ())


def _list_boundaries(analysis: SongAnalysis, target_sec: float) -> Iterator[list[float]]:
    """Yield the times at which a part may begin or end, the most musical ones first."""
    end = analysis.duration_sec
    for times in (analysis.downbeats, analysis.beats):
        if times:
            yield sorted({0.0, end, *(at for at in times if 0 < at < end)})
    step = min(max(ENERGY_STEP_SEC, target_sec / 40), target_sec / 10)  # a short target still has an end to find
    yield sorted({*(number * step for number in range(int(end / step) + 1)), end})


def _rate_parts(analysis: SongAnalysis, target_sec: float, hook: _Hook) -> list[SongPart]:
    """Return the rated parts between the most musical boundaries that allow the length."""
    starts = sorted(section.start_sec for section in analysis.sections)
    ends = sorted(section.end_sec for section in analysis.sections)
    pairs: list[tuple[float, float]] = []
    for boundaries in _list_boundaries(analysis, target_sec):
        pairs = list(_pair(boundaries, ends, target_sec))
        if pairs:
            break
    sums = [0.0, *accumulate(analysis.energy)]
    means = [_mean_energy(sums, start, end) for start, end in pairs]
    most = max(means, default=0.0) or 1.0
    parts = []
    for (start, end), mean in zip(pairs, means, strict=True):
        share = hook.share_in(start, end)
        off = abs(end - start - target_sec) / target_sec
        score = ENERGY_WEIGHT * mean / most + HOOK_WEIGHT * share
        score += LENGTH_WEIGHT * max(1 - off / (1 - SHORTEST_SHARE), 0.0)
        score += START_WEIGHT * _is_near(starts, start) + END_WEIGHT * _is_near(ends, end)
        reason = _describe(hook, share, has_bars=bool(analysis.downbeats))
        parts.append(SongPart(start_sec=start, end_sec=end, score=round(min(score, 1.0), 4), reason=reason))
    return parts


def _pair(boundaries: Sequence[float], ends: Sequence[float], target_sec: float) -> Iterator[tuple[float, float]]:
    """Yield start and end of each part: for each start the end that fits the length best, and the ends of sections.
    Of a long song only some starts are tried."""
    stride = -(-len(boundaries) // _MOST_STARTS)
    for start in boundaries[::stride]:
        low = bisect_left(boundaries, start + SHORTEST_SHARE * target_sec)
        high = bisect_right(boundaries, start + LONGEST_SHARE * target_sec)
        possible = boundaries[low:high]
        if not possible:
            continue
        best = min(possible, key=lambda end: abs(end - start - target_sec))
        yield start, best
        for end in possible:
            if end != best and _is_near(ends, end):
                yield start, end


def _is_near(times: Sequence[float], at: float) -> bool:
    place = bisect_left(times, at - _SAME_SEC)
    return place < len(times) and times[place] <= at + _SAME_SEC


def _describe(hook: _Hook, share: float, *, has_bars: bool) -> str:
    if share < _MOST_OVERLAP:
        return "a part of whole bars" if has_bars else "a part of the length that was asked for"
    times = len(hook.sections)
    return f"the loudest part that is heard {times} times" if times > 1 else "the loudest part"


def _mean_energy(sums: Sequence[float], start: float, end: float) -> float:
    low = min(round(start / ENERGY_STEP_SEC), len(sums) - 1)
    high = min(max(round(end / ENERGY_STEP_SEC), low + 1), len(sums) - 1)
    return (sums[high] - sums[low]) / (high - low) if high > low else 0.0
