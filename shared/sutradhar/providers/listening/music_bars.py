"""Find the beats that begin the bars of a song."""

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_beats import Times
from sutradhar.providers.listening.music_decode import Floats
from sutradhar.providers.listening.music_features import FRAMES_PER_SEC
from sutradhar.providers.listening.music_onsets import Onsets
from sutradhar.providers.listening.music_tones import average_between
from sutradhar.providers.listening.music_weights import DOWNBEAT_BIAS, DOWNBEAT_WEIGHTS

METERS = (4, 3)
_SLIP_COST = 9.0
"""The cost of a bar that begins at another beat than the count says, in units of a logarithm of odds."""
_FIRST_BEAT, _FOUR = 1.5, 2.0
"""Odds for the first beat to be a downbeat, and for bars of four instead of three, in the same unit."""
_SUREST = 4.0
_CONTEXT = 4
"""Beats before and after a beat that tell whether it begins a bar."""
_MOST = 6.0
"""A feature counts up to this times its mean."""
_NEAR = np.arange(-3, 4)
"""Frames around a beat in which its onset counts."""


def describe_beats(onsets: Onsets, chords: Floats, bass: Floats, beats: Times) -> Floats:
    """Return (beats, 5) of each beat: the onset in bass, middle and treble, and how much chord and bass note change."""
    frames = np.round(beats * FRAMES_PER_SEC).astype(np.intp)
    places = np.clip(frames[:, None] + _NEAR, 0, len(onsets.groups) - 1)
    hits = onsets.groups[places].max(axis=1)
    hits = hits / np.maximum(hits.mean(axis=0), 0.05)
    changes = [_measure_change(rows, beats) for rows in (chords, bass)]
    return np.concatenate([hits, np.stack(changes, axis=1)], axis=1).astype(np.float32)


def _measure_change(tones: Floats, beats: Times) -> Floats:
    """Return how much the pitches of the two beats from each beat on differ from those of the two before."""
    gap = float(np.median(np.diff(beats)))
    edges = np.concatenate([beats[:1] - 2 * gap, beats[:1] - gap, beats, beats[-1:] + gap, beats[-1:] + 2 * gap])
    means = average_between(tones, edges)  # interval n lies before edge n + 1
    means = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
    numbers = np.arange(len(beats))
    before, after = means[numbers] + means[numbers + 1], means[numbers + 2] + means[numbers + 3]
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    change = 1 - (before * after).sum(axis=1) / np.maximum(lengths, 1e-6)
    change[lengths < 1e-3] = 0
    return np.asarray(change / max(float(change.mean()), 0.03), np.float32)


def spread_features(features: Floats) -> Floats:
    """Return a row for each beat with the compressed features of the beats around it, from ``_CONTEXT`` before on."""
    small = np.sqrt(np.clip(features, 0, _MOST))
    padded = np.pad(small, ((_CONTEXT, _CONTEXT), (0, 0)), mode="edge")
    count = len(features)
    return np.concatenate([padded[start : start + count] for start in range(2 * _CONTEXT + 1)], axis=1)


def rate_downbeats(features: Floats) -> NDArray[np.float64]:
    """Return the logarithm of the odds that each beat begins a bar. The first beat of a song often does."""
    weights = np.array(DOWNBEAT_WEIGHTS).reshape(-1)
    odds = np.clip(spread_features(features) @ weights + DOWNBEAT_BIAS, -_SUREST, _SUREST)
    odds[0] += _FIRST_BEAT
    return np.asarray(odds, np.float64)


def find_bars(odds: NDArray[np.float64], meter: int) -> tuple[NDArray[np.intp], float]:
    """Return the numbers of the beats that begin bars of ``meter`` beats, and the odds of that reading (Viterbi).

    The count may slip, where a bar is longer or a beat is missing.
    """
    count = len(odds)
    gains = np.where(np.arange(meter)[None, :] == 0, odds[:, None], 0.0)
    best = gains[0].copy()
    slipped = np.zeros((count, meter), bool)
    slip_from = np.zeros(count, np.intp)
    for number in range(1, count):
        straight = np.roll(best, 1)
        slip_from[number] = best.argmax()
        slip = best.max() - _SLIP_COST
        slipped[number] = slip > straight
        best = np.maximum(straight, slip) + gains[number]
    position = int(best.argmax())
    total = float(best[position])
    starts = []
    for number in range(count - 1, -1, -1):
        if position == 0:
            starts.append(number)
        position = int(slip_from[number]) if slipped[number, position] else (position - 1) % meter
    return np.array(starts[::-1], np.intp), total


def find_downbeats(onsets: Onsets, chords: Floats, bass: Floats, beats: Times) -> Times:
    """Return the beats that begin bars of four or three beats."""
    if len(beats) < 2 * max(METERS):
        return beats[::4]
    odds = rate_downbeats(describe_beats(onsets, chords, bass, beats))
    (fours, odds_of_four), (threes, odds_of_three) = (find_bars(odds, meter) for meter in METERS)
    starts = fours if odds_of_four + _FOUR >= odds_of_three else threes
    return beats[starts]
