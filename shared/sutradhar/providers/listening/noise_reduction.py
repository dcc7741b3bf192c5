"""Lower the even noise of a recording, such as a fan or the hiss of a microphone.

Ephraim and Malah's estimator of the log spectrum (IEEE TASSP 33, 1985) with their decision-directed estimate of the
signal-to-noise ratio: its gain changes slowly where there is only noise, so that no tones ("musical noise") remain.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.spectra import (
    FRAME,
    Samples,
    Values,
    add_frames,
    frame_energies,
    frame_powers,
    iterate_spectra,
)

MAX_REDUCTION_DB = 12.0
"""The most by which noise is lowered: the room of the recording is still audible, and the voice keeps its colour."""

_NOISY_DB, _CLEAN_DB = 35.0, 55.0
"""Distance of the loud speech from the noise: below the first, the noise is lowered by all of ``MAX_REDUCTION_DB``,
above the second by nothing."""
_INAUDIBLE = 10 ** (-80 / 10)
"""Mean square of noise that no listener hears."""
_DIGITAL_SILENCE = 10 ** (-100 / 10)
_MOST_GATED = 0.01
"""Share of the frames between the first and the last sound; more digital silence there is the work of a noise gate."""
_QUIET_SHARE = 0.15
_FEWEST_QUIET, _MOST_FRAMES = 12, 1500
_QUANTILE = 0.1
_QUANTILE_OF_MEAN = -float(np.log(1 - _QUANTILE))
"""The quantile of the power of noise as a share of its mean: the power is distributed exponentially."""
_QUIET_BIAS = 1.12
"""The mean power of noise is this much above that of its quietest frames."""
_SMOOTHING = 0.96
"""Weight of the frame before in the estimate of the signal-to-noise ratio."""
_MOST_RATIO = 1e4


def reduce_noise(samples: Samples) -> Samples:
    """Return ``samples`` (48 kHz) with their even noise lowered, of the same length; speech in little noise is returned
    as it is."""
    profile, reduction_db = measure_noise(samples)
    if reduction_db <= 0:
        return samples
    floor = np.float32(10 ** (-reduction_db / 20))
    cleaned = np.zeros_like(samples)
    before = np.ones(FRAME // 2 + 1, np.float32)
    for first, spectra in iterate_spectra(samples):
        ratios = np.minimum((spectra.real**2 + spectra.imag**2) / profile, _MOST_RATIO)
        for row, ratio in enumerate(ratios):
            prior = _SMOOTHING * before + (1 - _SMOOTHING) * np.maximum(ratio - 1, 0)
            share = prior / (1 + prior)
            gain = np.minimum(share * _look_up_gain(share * ratio), 1)
            before = gain * gain * ratio
            spectra[row] *= np.maximum(gain, floor)
        add_frames(cleaned, first, spectra)
    return cleaned


def measure_noise(samples: Samples) -> tuple[Values, float]:
    """Return the power of the noise at each frequency of a frame, and by how many dB it should be lowered."""
    nothing = np.zeros(FRAME // 2 + 1, np.float32), 0.0
    energies = frame_energies(samples)
    audible = np.flatnonzero(energies > _DIGITAL_SILENCE)
    if len(audible) < _FEWEST_QUIET or _is_gated(energies, audible):
        return nothing
    order = audible[np.argsort(energies[audible])]
    quiet = _spread(order[: max(round(len(order) * _QUIET_SHARE), _FEWEST_QUIET)])
    of_quiet = frame_powers(samples, quiet).mean(axis=0) * _QUIET_BIAS
    of_all = np.quantile(frame_powers(samples, _spread(audible)), _QUANTILE, axis=0) / _QUANTILE_OF_MEAN
    # without a pause the quietest frames hold speech, and without a soft frame each frequency does
    profile = np.minimum(of_quiet, of_all)
    profile = np.convolve(np.pad(profile, 1, mode="edge"), np.full(3, 1 / 3), "valid")
    noise = float(profile[:-1].sum() * 2 / FRAME**2 * 2)  # the window halves the power
    if noise < _INAUDIBLE:
        return nothing
    distance = 10 * float(np.log10(np.quantile(energies[audible], 0.95) / noise))
    share = min(max((_CLEAN_DB - distance) / (_CLEAN_DB - _NOISY_DB), 0.0), 1.0)
    return np.maximum(profile, 1e-12).astype(np.float32), MAX_REDUCTION_DB * share


def _is_gated(energies: Values, audible: NDArray[np.intp]) -> bool:
    between = energies[audible[0] : audible[-1] + 1]
    return bool(len(between) - len(audible) > _MOST_GATED * len(between))


def _spread(frames: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return at most ``_MOST_FRAMES`` of ``frames``, evenly spread."""
    return frames[:: -(-len(frames) // _MOST_FRAMES)]


def _look_up_gain(value: Values) -> Values:
    """Return exp(E1(value) / 2), E1 being the exponential integral."""
    points, gains = _gain_table()
    at = np.clip((np.log10(np.maximum(value, 1e-8)) + 4) * 100, 0, len(points) - 1)
    return np.asarray(gains[at.astype(np.intp)], np.float32)


@cache
def _gain_table() -> tuple[Values, Values]:
    """Return points from 1e-4 to 100 in steps of 0.1 dB, and exp(E1(point) / 2) at each."""
    points = 10 ** (np.arange(601) / 100 - 4)
    # E1(x) is the integral of exp(-t)/t from x on; over log t it is the integral of exp(-t)
    fine = np.log(np.logspace(-4, np.log10(60), 40_001))
    values = np.exp(-np.exp(fine))
    steps = (values[1:] + values[:-1]) / 2 * np.diff(fine)
    rest = np.append(np.cumsum(steps[::-1])[::-1], 0)
    integral = np.interp(np.log(points), fine, rest)
    return points.astype(np.float32), np.exp(integral / 2).astype(np.float32)
