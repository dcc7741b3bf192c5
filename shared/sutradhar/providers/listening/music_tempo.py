"""Follow the tempo of a song: where the curve of its onsets repeats itself."""

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_decode import Floats
from sutradhar.providers.listening.music_features import FRAMES_PER_SEC
from sutradhar.providers.listening.music_onsets import Onsets

SLOWEST_BPM, FASTEST_BPM = 55.0, 190.0
_STEP = 0.012
"""The tempos that are tried differ by this share."""
_WINDOW_SEC = 8.0
_HOP_SEC = 1.0
_TEETH = (1.0, 0.8, 0.6, 0.5)
"""Weights of the first multiples of a period: a beat also repeats after two, three and four beats."""
_USUAL_BPM, _OCTAVES = 110.0, 0.9
_PRIOR = 0.08
_CHANGE_COST, _JUMP_COST = 0.012, 0.35
"""The cost of a change by one step, and of a change to any tempo, in units of a correlation."""

_AROUND_OCTAVES, _AROUND_COST = 0.35, 0.2
"""A tempo that is this far from the one of the song costs this much."""


def list_tempos() -> NDArray[np.float64]:
    return np.asarray(np.exp(np.arange(np.log(SLOWEST_BPM), np.log(FASTEST_BPM), _STEP)), np.float64)


def measure_repetition(onsets: Onsets) -> tuple[Floats, Floats]:
    """Return the middles in seconds of windows along the song, and for each the correlation of its onsets with
    themselves by the lag in frames: (windows, lags). The bass, middle and treble count each, and all together."""
    size, hop = round(_WINDOW_SEC * FRAMES_PER_SEC), round(_HOP_SEC * FRAMES_PER_SEC)
    curves = np.concatenate([onsets.total[:, None], onsets.groups], axis=1)
    padded = np.pad(curves, ((size // 2, size // 2), (0, 0)))
    count = len(curves) // hop + 1
    lags = round(60 / SLOWEST_BPM * FRAMES_PER_SEC * len(_TEETH)) + 4
    bend = (1 - np.arange(lags) / (2 * size)).astype(np.float32)
    window = np.hanning(size + 2)[1:-1].astype(np.float32)
    overlap = np.fft.irfft(np.abs(np.fft.rfft(window, 2048)) ** 2, 2048)[:lags]
    overlap = np.maximum(overlap / overlap[0], 0.15)
    rows = np.zeros((count, lags), np.float32)
    for number in range(count):
        part = padded[number * hop : number * hop + size] * window[:, None]
        part = part - part.mean(axis=0)
        spectrum = np.abs(np.fft.rfft(part, 2048, axis=0)) ** 2
        correlation = np.fft.irfft(spectrum, 2048, axis=0)[:lags]
        power = correlation[0] + 1e-3
        rows[number] = (correlation / power @ np.array([0.4, 0.2, 0.2, 0.2])) / overlap * bend
    return (np.arange(count) * _HOP_SEC).astype(np.float32), rows


def rate_tempos(repetition: Floats) -> Floats:
    """Return how well each tempo of ``list_tempos`` fits each window: (windows, tempos)."""
    periods = 60 * FRAMES_PER_SEC / list_tempos()
    lags = np.arange(repetition.shape[1])
    # a peak may be a frame off its place
    wide = np.maximum(repetition, 0)
    fit = np.zeros((len(repetition), len(periods)), np.float32)
    for row, values in enumerate(wide):
        for tooth, weight in enumerate(_TEETH, 1):
            fit[row] += weight * np.interp(tooth * periods, lags, values)
    fit /= sum(_TEETH)
    octaves = np.log2(list_tempos() / _USUAL_BPM)
    return np.asarray(fit + _PRIOR * np.exp(-0.5 * (octaves / _OCTAVES) ** 2), np.float32)


def follow_tempo(fit: Floats, near_bpm: float | None = None) -> NDArray[np.intp]:
    """Return the number of the tempo in each window: the path that fits best and changes little (Viterbi).

    Args:
        near_bpm: the path stays around this tempo; None: it may be anywhere.
    """
    if near_bpm is not None:
        away = np.log2(list_tempos() / near_bpm) / _AROUND_OCTAVES
        fit = fit - np.asarray(_AROUND_COST * away**2, np.float32)
    count, tempos = fit.shape
    steps = np.abs(np.arange(tempos)[:, None] - np.arange(tempos)[None, :])
    cost = np.minimum(_CHANGE_COST * steps, _JUMP_COST)
    best = fit[0].astype(np.float64)
    came_from = np.zeros((count, tempos), np.intp)
    for number in range(1, count):
        options = best[None, :] - cost
        came_from[number] = options.argmax(axis=1)
        best = options.max(axis=1) + fit[number]
    path = np.zeros(count, np.intp)
    path[-1] = best.argmax()
    for number in range(count - 1, 0, -1):
        path[number - 1] = came_from[number, path[number]]
    return path
