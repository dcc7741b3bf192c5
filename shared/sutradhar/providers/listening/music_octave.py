"""Choose which of several readings of a song's beat a listener would count: a tempo, its half or double, or thirds.

Each reading is described by what is heard on its beats and between them, in bass, middle and treble. The weights were
learned on songs with known beats (``python -m tests.bench.song.learn``).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_beats import Times, track_beats
from sutradhar.providers.listening.music_decode import Floats
from sutradhar.providers.listening.music_features import FRAMES_PER_SEC
from sutradhar.providers.listening.music_onsets import GROUPS, Onsets
from sutradhar.providers.listening.music_tempo import (
    FASTEST_BPM,
    SLOWEST_BPM,
    follow_tempo,
    list_tempos,
    measure_repetition,
    rate_tempos,
)
from sutradhar.providers.listening.music_weights import OCTAVE_WEIGHTS

_RATIOS = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2, 3, 4)
"""Tempos that are tried, relative to the one that fits best."""
_USUAL_BPM = 110.0
_PLACES = (0.0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75)
"""Places within a beat at which onsets are compared."""
_LAGS = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 3 / 2, 2, 3, 4)
"""Multiples of a beat after which the onsets may repeat."""
_NEAR = np.arange(-3, 4)
_FEWEST_BEATS = 6
_WINDOW_BEATS = 8
_CLEAR_SHARE = 70
"""The percentile of the windows' repetition that counts: an intro without drums does not make a song unclear."""


@dataclass(frozen=True)
class Reading:
    """One way to count a song."""

    bpm: float
    beats: NDArray[np.intp]
    """Frames."""
    repetition: float
    """Share of the onsets that repeat with the beat, 0 to 1: speech has 0.1, a drum loop 0.4 to 0.8."""
    features: NDArray[np.float64]


def list_readings(onsets: Onsets) -> list[Reading]:
    """Return the readings of the beat that have at least ``_FEWEST_BEATS`` beats."""
    middles, repetition = measure_repetition(onsets)
    fit = rate_tempos(repetition)
    usual = float(np.median(list_tempos()[follow_tempo(fit)]))
    times = np.arange(len(onsets.total)) / FRAMES_PER_SEC
    readings = []
    for ratio in _RATIOS:
        bpm = usual * ratio
        if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
            continue
        periods = 60 * FRAMES_PER_SEC / list_tempos()[follow_tempo(fit, bpm)]
        beats = track_beats(onsets, np.interp(times, middles, periods).astype(np.float32))
        if len(beats) >= _FEWEST_BEATS:
            clear = _measure_clarity(repetition, periods)
            readings.append(Reading(bpm, beats, clear, describe_reading(onsets, repetition, beats)))
    return readings


def choose_reading(onsets: Onsets) -> Reading | None:
    """Return the reading that a listener would count; None if there is none."""
    weights = np.array(OCTAVE_WEIGHTS)
    return max(list_readings(onsets), key=lambda reading: float(reading.features @ weights), default=None)


def _measure_clarity(repetition: Floats, periods: NDArray[np.float64]) -> float:
    lags = np.arange(repetition.shape[1])
    teeth = [
        np.interp(period * np.arange(1, 4), lags, row).mean() for row, period in zip(repetition, periods, strict=True)
    ]
    return float(np.percentile(teeth, _CLEAR_SHARE))


def describe_reading(onsets: Onsets, repetition: Floats, beats: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return numbers that tell a right reading from one at another level of the metre."""
    gaps = np.diff(beats)
    starts = beats[:-1].astype(np.float64)
    curves = [*(onsets.groups[:, number] for number in range(GROUPS)), onsets.total]
    values: list[float] = []
    on_beat, off_beat = [], []
    for curve in curves:
        strengths = [_read_strengths(curve, starts + place * gaps) for place in _PLACES]
        scale = max(*(float(strength.mean()) for strength in strengths), 0.05)
        means = [float(strength.mean()) / scale for strength in strengths]
        values += [means[0], means[3], max(means[1], means[5]), max(means[2], means[4])]
        values += [_measure_contrast(strengths[0] / scale, 2), _measure_contrast(strengths[0] / scale, 3)]
        on_beat.append(strengths[0] / scale)
        off_beat.append(strengths[3] / scale)
    # a kick and a snare that alternate are a beat apart
    values.append(-float(np.mean(np.diff(on_beat[0]) * np.diff(on_beat[1]))))
    values.append(-float(np.mean((off_beat[0] - on_beat[0]) * (off_beat[1] - on_beat[1]))))
    mean = np.maximum(repetition.mean(axis=0), 0)
    period = float(gaps.mean())
    values += [float(np.interp(period * lag, np.arange(len(mean)), mean)) for lag in _LAGS]
    octaves = float(np.log2(60 * FRAMES_PER_SEC / period / _USUAL_BPM))
    return np.array([*values, octaves, octaves**2, abs(octaves), max(octaves, 0) ** 2])


def _read_strengths(curve: Floats, places: Times) -> NDArray[np.float64]:
    frames = np.clip(np.round(places).astype(np.intp)[:, None] + _NEAR, 0, len(curve) - 1)
    return np.asarray(curve[frames].max(axis=1), np.float64)


def _measure_contrast(strengths: NDArray[np.float64], every: int) -> float:
    """Return how much beats differ by their number modulo ``every``, on average over groups of eight or nine."""
    size = max(_WINDOW_BEATS // every, 2) * every
    contrasts = []
    for start in range(0, max(len(strengths) // every * every - size, 0) + 1, size):
        part = strengths[start : start + size]
        means = part[: len(part) // every * every].reshape(-1, every).mean(axis=0)
        contrasts.append(float(np.ptp(means)))
    return float(np.mean(contrasts))
