"""Divide a song into sections where its sound changes, and give sections that sound alike the same letter."""

import itertools

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_beats import Times
from sutradhar.providers.listening.music_decode import Floats
from sutradhar.providers.listening.music_features import FRAMES_PER_SEC, MusicFeatures
from sutradhar.providers.listening.music_onsets import Onsets
from sutradhar.providers.listening.music_tones import average_between

_BAR_SEC = 2.0
"""Seconds of a unit of music without beats."""
_LONGEST_UNIT_SEC, _SHORTEST_UNIT_SEC = 5.0, 0.8
_SPANS = (4, 8)
"""Bars before and after a boundary that are compared."""
_LEAST_BARS = 4
_CLEAR_RATIO, _CLEAR_CHANGE = 1.6, 0.28
"""A boundary stands this much over the usual change, and changes the sound by this much."""
_ALIKE = 0.28
"""Sections whose sounds differ by less have the same letter."""
_SHAPES = 10
"""Coefficients of the spectrum's shape."""
MAX_LABELS = 26


def find_sections(
    features: MusicFeatures, onsets: Onsets, chords: Floats, downbeats: Times, duration: float
) -> list[tuple[float, float, str]]:
    """Return start, end and letter of each section, from 0 to ``duration`` without gaps."""
    edges = _list_units(downbeats, duration)
    if len(edges) < 2 * _LEAST_BARS + 1:
        return [(0.0, duration, "A")]
    units = _describe_units(features, onsets, chords, edges)
    cuts = _find_boundaries(units)
    groups = [units[start:end].mean(axis=0) for start, end in itertools.pairwise(cuts)]
    letters = _name_groups(groups)
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


def _describe_units(features: MusicFeatures, onsets: Onsets, chords: Floats, edges: Times) -> Floats:
    """Return a row for each unit: pitches, shape of the spectrum, loudness and density of onsets, of like weight."""
    tones = average_between(chords, edges)
    tones = tones / np.maximum(np.linalg.norm(tones, axis=1, keepdims=True), 1e-6)
    level = average_between(np.log10(features.bands + features.bands.max() * 1e-6 + 1e-12), edges, FRAMES_PER_SEC)
    bands = level.shape[1]
    cosines = np.cos(np.pi / bands * (np.arange(bands) + 0.5)[:, None] * np.arange(_SHAPES)) / bands
    shapes = level @ cosines
    density = average_between(onsets.groups, edges, FRAMES_PER_SEC)
    parts = [0.7 * tones, 1.2 * shapes, 0.5 * density]
    return np.concatenate([part - part.mean(axis=0) for part in parts], axis=1).astype(np.float32)


def _find_boundaries(units: Floats) -> list[int]:
    """Return the numbers of the units that begin a section, and the number of units."""
    count = len(units)
    change = np.zeros(count)
    for span in _SPANS:
        for at in range(_LEAST_BARS // 2, count - _LEAST_BARS // 2 + 1):
            before = units[max(at - span, 0) : at].mean(axis=0)
            after = units[at : at + span].mean(axis=0)
            if at < count:
                change[at] += float(np.linalg.norm(after - before)) / len(_SPANS)
    usual = float(np.median(change[change > 0])) if (change > 0).any() else 0.0
    cuts: list[int] = []
    for at in np.argsort(-change):
        if change[at] < max(_CLEAR_RATIO * usual, _CLEAR_CHANGE):
            break
        if at >= 2 and count - at >= 2 and all(abs(at - other) >= _LEAST_BARS for other in cuts):
            cuts.append(int(at))
    return [0, *sorted(cuts), count]


def _name_groups(groups: list[NDArray[np.floating]]) -> list[str]:
    """Return a letter for each section, in the order of their first appearance."""
    clusters: list[list[int]] = [[number] for number in range(len(groups))]

    def measure_gap(one: list[int], other: list[int]) -> float:
        return float(np.mean([np.linalg.norm(groups[a] - groups[b]) for a in one for b in other]))

    while len(clusters) > 1:
        gap, one, other = min(
            (measure_gap(a, b), i, j) for i, a in enumerate(clusters) for j, b in enumerate(clusters) if i < j
        )
        if gap > _ALIKE and len(clusters) <= MAX_LABELS:
            break
        clusters[one] += clusters.pop(other)
    clusters.sort(key=min)
    letters = [""] * len(groups)
    for number, cluster in enumerate(clusters):
        for member in cluster:
            letters[member] = chr(ord("A") + number)
    return letters
