"""Divide a song into sections where its sound changes, and give sections that sound alike the same letter."""

import itertools

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_beats import Times
from sutradhar.providers.listening.music_decode import Floats
from sutradhar.providers.listening.music_features import FRAMES_PER_SEC, MusicFeatures
from sutradhar.providers.listening.music_onsets import Onsets, smooth
from sutradhar.providers.listening.music_tones import average_between

_BAR_SEC = 2.0
"""Seconds of a unit of music without beats."""
_LONGEST_UNIT_SEC, _SHORTEST_UNIT_SEC = 5.0, 0.8
_SMOOTH = 4
"""Units over which pitches are averaged: the chords of a part usually return after four bars."""
_LEAST_UNITS = 4
_LONGEST_UNITS = 64
_SPLIT_COST = 5.0
"""The cost of a boundary, in units of how much one bar differs from the next by chance."""
_ODD_COST = {0: 0.8, 4: 1.0, 2: 1.25, 6: 1.25}
_OTHER_COST = 1.6
"""The cost of a section, relative, by its bars modulo 8: sections have four, eight or sixteen bars."""
_ALIKE = 1.1
"""Sections have the same letter if their means differ by less than this, in units of the same chance."""
_FLOOR = 0.02
_WEIGHTS = (1.5, 1.2, 0.4)
"""The weights of pitches, of the spectrum's shape, and of the density of onsets."""
_SHAPES = 10
"""Coefficients of the spectrum's shape."""
MAX_LABELS = 26


def find_sections(
    features: MusicFeatures, onsets: Onsets, chords: Floats, bass: Floats, downbeats: Times, duration: float
) -> list[tuple[float, float, str]]:
    """Return start, end and letter of each section, from 0 to ``duration`` without gaps."""
    edges = _list_units(downbeats, duration)
    if len(edges) < 2 * _LEAST_UNITS + 1:
        return [(0.0, duration, "A")]
    units = _describe_units(features, onsets, chords, bass, edges)
    chance = _measure_chance(units)
    cuts = _divide(units, chance)
    groups = [units[start:end].mean(axis=0) for start, end in itertools.pairwise(cuts)]
    letters = _name_groups(groups, _ALIKE * np.sqrt(chance))
    times = [0.0, *(float(edges[cut]) for cut in cuts[1:-1]), duration]
    return list(zip(times[:-1], times[1:], letters, strict=True))


def _list_units(downbeats: Times, duration: float) -> Times:
    """Return the edges of the units that are compared: bars, and steps of ``_BAR_SEC`` where there are none."""
    inside = downbeats[(downbeats > 0) & (downbeats < duration)]
    gap = float(np.median(np.diff(inside))) if len(inside) > 1 else _BAR_SEC
    gap = min(max(gap, _SHORTEST_UNIT_SEC), _LONGEST_UNIT_SEC)
    edges = [0.0]
    for at in [*inside.tolist(), duration]:
        while at - edges[-1] > 1.9 * gap:
            edges.append(edges[-1] + gap)
        if at - edges[-1] >= 0.5 * gap:
            edges.append(at)
        elif len(edges) > 1:
            edges[-1] = at  # a downbeat is the better place of two that are near
    edges[-1] = duration
    return np.array(edges)


def _describe_units(features: MusicFeatures, onsets: Onsets, chords: Floats, bass: Floats, edges: Times) -> Floats:
    """Return a row for each unit: pitches, shape of the spectrum, loudness and density of onsets, of like weight."""
    pitches = [average_between(rows, edges) for rows in (chords, bass)]
    tones = np.concatenate(
        [rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6) for rows in pitches], axis=1
    )
    level = average_between(np.log10(features.bands + features.bands.max() * 1e-6 + 1e-12), edges, FRAMES_PER_SEC)
    bands = level.shape[1]
    cosines = np.cos(np.pi / bands * (np.arange(bands) + 0.5)[:, None] * np.arange(_SHAPES)) / bands
    shapes = level @ cosines
    density = average_between(onsets.groups, edges, FRAMES_PER_SEC)
    steady = np.stack([smooth(column, _SMOOTH) for column in tones.T], axis=1)
    for rows in (steady, shapes, density):
        rows[-1] = rows[-2]  # the last chord that rings out is no section
    parts = [_WEIGHTS[0] * steady, _WEIGHTS[1] * shapes, _WEIGHTS[2] * density]
    return np.concatenate([part - part.mean(axis=0) for part in parts], axis=1).astype(np.float32)


def _measure_chance(units: Floats) -> float:
    """Return the squared difference of two neighbours that is usual."""
    steps = ((units[1:] - units[:-1]) ** 2).sum(axis=1) / 2
    return max(float(np.median(steps)), _FLOOR)


def _divide(units: Floats, chance: float) -> list[int]:
    """Return the numbers of the units that begin a section, and the number of units.

    The sections are those in which the units differ least from their mean, with a cost for each (dynamic programming).
    """
    count = len(units)
    sums = np.concatenate([np.zeros((1, units.shape[1])), np.cumsum(units, axis=0, dtype=np.float64)])
    squares = np.concatenate([[0.0], np.cumsum((units**2).sum(axis=1), dtype=np.float64)])
    best = np.full(count + 1, np.inf)
    best[0] = 0.0
    came_from = np.zeros(count + 1, np.intp)
    for end in range(_LEAST_UNITS, count + 1):
        for start in range(max(end - _LONGEST_UNITS, 0), end - _LEAST_UNITS + 1):
            length = end - start
            within = squares[end] - squares[start] - ((sums[end] - sums[start]) ** 2).sum() / length
            price = _ODD_COST.get(length % 8, _OTHER_COST) if end < count else 1.0
            cost = best[start] + within + _SPLIT_COST * chance * price
            if cost < best[end]:
                best[end], came_from[end] = cost, start
    cuts = [count]
    while cuts[-1] > 0:
        cuts.append(int(came_from[cuts[-1]]))
    return cuts[::-1]


def _name_groups(groups: list[NDArray[np.floating]], alike: float) -> list[str]:
    """Return a letter for each section, in the order of their first appearance."""
    clusters: list[list[int]] = [[number] for number in range(len(groups))]

    def measure_gap(one: list[int], other: list[int]) -> float:
        return float(np.mean([np.linalg.norm(groups[a] - groups[b]) for a in one for b in other]))

    while len(clusters) > 1:
        gap, one, other = min(
            (measure_gap(a, b), i, j) for i, a in enumerate(clusters) for j, b in enumerate(clusters) if i < j
        )
        if gap > alike and len(clusters) <= MAX_LABELS:
            break
        clusters[one] += clusters.pop(other)
    clusters.sort(key=min)
    letters = [""] * len(groups)
    for number, cluster in enumerate(clusters):
        for member in cluster:
            letters[member] = chr(ord("A") + number)
    return letters
