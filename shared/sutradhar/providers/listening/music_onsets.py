"""Find how strongly notes and drums begin at each time of a song."""

from dataclasses import dataclass

import numpy as np

from sutradhar.providers.listening.music_decode import Floats
from sutradhar.providers.listening.music_features import BANDS, FINE_PER_SEC, FRAMES_PER_SEC, MusicFeatures

GROUPS = 3
"""Groups of bands: bass, middle, treble."""
_GROUP_ENDS = (4, 22, BANDS)
"""The bands that end each group: 210 Hz and 3.2 kHz."""
_LAG = 3
"""Frames between the two spectra that are compared: a drum needs 20 ms to its peak in windows of 43 ms."""
_KNEE = 100.0
"""Power over the loud frames of a band is compressed from 1 / this on."""
_LEVEL_SEC = 8.0
"""Seconds over which the strength is evened out, so that a quiet verse counts as a loud refrain."""
_FLUX_LEAD_SEC = 0.008
"""Seconds by which a rise in the bands comes before the onset: the window sees it early (measured on clicks)."""
_FINE_LEAD_SEC = 0.0
_SILENCE = 1e-9
"""Power of a band, of full scale, below which there is nothing to hear (-90 dB)."""


@dataclass(frozen=True)
class Onsets:
    """Curves of the strength of onsets; a value of 1 is usual for a clear onset."""

    total: Floats
    """(frames,) at FRAMES_PER_SEC."""
    groups: Floats
    """(frames, GROUPS)."""
    fine: Floats
    """(frames,) at FINE_PER_SEC."""
    is_audible: Floats
    """(frames,) at FRAMES_PER_SEC: 1 where anything can be heard, else 0."""


def find_onsets(features: MusicFeatures) -> Onsets:
    bands = features.bands
    flux = _measure_rise(bands, _LAG, neighbours=True)
    starts = [0, *_GROUP_ENDS[:-1]]
    sizes = np.diff([0, *_GROUP_ENDS])
    groups = np.add.reduceat(flux, starts, axis=1) / sizes
    groups = _move(groups, _FLUX_LEAD_SEC * FRAMES_PER_SEC)
    groups = np.stack([_even_out(groups[:, n], FRAMES_PER_SEC) for n in range(GROUPS)], axis=1)
    fine_rise = _measure_rise(features.fine, 2, neighbours=False)
    fine = _move(fine_rise.sum(axis=1, keepdims=True), _FINE_LEAD_SEC * FINE_PER_SEC)[:, 0]
    audible = (bands.max(axis=1) > max(_SILENCE, float(bands.max()) * 1e-6)).astype(np.float32)
    total = _even_out(groups.mean(axis=1), FRAMES_PER_SEC)
    return Onsets(total, groups, _even_out(fine, FINE_PER_SEC), audible)


def _measure_rise(power: Floats, lag: int, *, neighbours: bool) -> Floats:
    """Return how much louder each band is than ``lag`` frames before.

    With ``neighbours`` the louder neighbour of before counts, so that a vibrato is no onset (SuperFlux, Böck 2013).
    """
    if not len(power):
        return power
    loud = np.percentile(power[:: max(len(power) // 20_000, 1)], 95, axis=0)
    loud = np.maximum(loud, max(float(loud.max()) * 1e-3, _SILENCE))
    level = np.log1p(power * (_KNEE / loud).astype(np.float32))
    before = level
    if neighbours:
        before = level.copy()
        np.maximum(before[:, 1:], level[:, :-1], out=before[:, 1:])
        np.maximum(before[:, :-1], level[:, 1:], out=before[:, :-1])
    rise = level.copy()  # silence is before the song
    np.maximum(level[lag:] - before[:-lag], 0, out=rise[lag:])
    return rise


def _move(curves: Floats, frames: float) -> Floats:
    """Return ``curves`` later by a part of a frame."""
    at = np.arange(len(curves))
    return np.stack([np.interp(at - frames, at, curve) for curve in curves.T], axis=1).astype(np.float32)


def _even_out(curve: Floats, rate: int) -> Floats:
    """Return ``curve`` without its local mean, relative to how strong onsets are in the seconds around."""
    if not len(curve):
        return curve
    rest = np.maximum(curve - smooth(curve, round(0.4 * rate)), 0)
    strength = np.sqrt(smooth(rest**2, round(_LEVEL_SEC * rate)))
    floor = 0.2 * float(np.sqrt(np.mean(rest**2))) + 1e-6
    return np.asarray(rest / (3 * np.maximum(strength, floor)), np.float32)


def smooth(curve: Floats, width: int) -> Floats:
    """Return the mean of the ``width`` values around each value, of those that there are."""
    half = max(width, 1) // 2
    sums = np.concatenate([[0.0], np.cumsum(curve, dtype=np.float64)])
    at = np.arange(len(curve))
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(curve))
    return np.asarray((sums[high] - sums[low]) / (high - low), np.float32)
