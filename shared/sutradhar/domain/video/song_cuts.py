"""Choose the times at which the image of a lyric video changes: on beats, sooner where the song has more energy."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sutradhar.domain.plan.song import Cut
from sutradhar.domain.song.analysis import ENERGY_STEP_SEC, SongFacts

_LONGEST_SEC, _SHORTEST_SEC = 5.0, 1.5
"""The length of a shot where the song is silent, and where it is loudest."""
_MAX_SEC, _MIN_SEC = 7.0, 1.1
"""No shot is longer if there is a time to cut at, and none is shorter, unless the plan chooses the cuts."""
_MIN_CHOSEN_SEC = 0.3
"""The shortest shot that a plan can choose: a viewer sees three images in a second at most."""
_OFF_BAR, _OFF_GRID = 0.35, 0.8
"""The cost of a cut that begins no bar, and of one on no beat, against a length that is wrong by a factor of e."""
_USUAL_ENERGY = 0.5


def choose_cuts(facts: SongFacts, seconds: float, cut: Cut, line_starts: Sequence[float] = ()) -> tuple[float, ...]:
    """Return the times in seconds, between 0 and ``seconds``, at which the next shot begins.

    Args:
        line_starts: the times at which lines of the lyrics begin; a song without beats is cut there.
    """
    beats = sorted(beat for beat in facts.beats if 0 < beat < seconds)
    bars = sorted(beat for beat in facts.downbeats if 0 < beat < seconds)
    edges = [0.0, *_find_edges(facts, seconds, beats), seconds]
    cuts = [edge for edge in edges if 0 < edge < seconds]
    if cut == "auto" or not beats:
        for first, last in pairwise(edges):
            cuts += _fill_section(facts, first, last, (beats, bars, sorted(line_starts)))
    elif cut == "beat":
        cuts += beats
    elif cut != "section":
        step = 2 if cut == "two_bars" else 1
        for first, last in pairwise(edges):
            inside = [bar for bar in (bars or beats[::4]) if first + _MIN_CHOSEN_SEC < bar < last - _MIN_CHOSEN_SEC]
            cuts += inside[step - 1 :: step]
    return tuple(_keep_apart(cuts, seconds))


def measure_energy(facts: SongFacts, first: float, last: float) -> float:
    """Return the mean energy, 0 to 1, of the song from ``first`` to ``last`` seconds."""
    values = facts.energy[int(first / ENERGY_STEP_SEC) : max(math.ceil(last / ENERGY_STEP_SEC), 1)]
    return sum(values) / len(values) if values else _USUAL_ENERGY


def _find_edges(facts: SongFacts, seconds: float, beats: Sequence[float]) -> Iterator[float]:
    """Yield the times between the sections, each on the beat that it is nearest to."""
    before = 0.0
    for section in facts.sections[1:]:
        edge = section.start_sec
        if beats:
            nearest = min(beats[max(bisect_left(beats, edge) - 1, 0) :][:2], key=lambda beat: abs(beat - edge))
            edge = nearest if abs(nearest - edge) < 1.0 else edge
        if before + _MIN_SEC <= edge <= seconds - _MIN_SEC:
            yield edge
            before = edge


def _fill_section(
    facts: SongFacts, first: float, last: float, grids: tuple[Sequence[float], Sequence[float], Sequence[float]]
) -> Iterator[float]:
    """Yield the cuts between ``first`` and ``last``, where the shots are cut anyway.

    Args:
        grids: the times of the beats, of the beats that begin a bar, and of the lines.
    """
    beats, bars, lines = grids
    at, bar_times = first, frozenset(bars)
    while last - at > _MIN_SEC:
        energy = measure_energy(facts, at, min(at + _LONGEST_SEC, last))
        length = _LONGEST_SEC - (_LONGEST_SEC - _SHORTEST_SEC) * energy
        reach = min(at + _MAX_SEC, last - _MIN_SEC)
        costs = dict.fromkeys(_slice(lines, at + _MIN_SEC, reach), _OFF_GRID)
        costs |= dict.fromkeys(_slice(beats, at + _MIN_SEC, reach), _OFF_BAR)
        costs |= {time: 0.0 for time in costs if time in bar_times}
        if last - at <= _MAX_SEC:
            costs[last] = 0.0
        if not costs:  # no beat for long
            parts = max(round((last - at) / length), 2)
            costs[at + (last - at) / parts] = 0.0
        best = min(costs, key=lambda time: (abs(math.log((time - at) / length)) + costs[time], time))
        if best >= last:
            return
        yield best
        at = best


def _slice(times: Sequence[float], first: float, last: float) -> Sequence[float]:
    return times[bisect_left(times, first) : bisect_right(times, last)]


def _keep_apart(cuts: Sequence[float], seconds: float) -> Iterator[float]:
    before = 0.0
    for cut in sorted(cuts):
        if cut - before >= _MIN_CHOSEN_SEC and seconds - cut >= _MIN_CHOSEN_SEC:
            yield cut
            before = cut
