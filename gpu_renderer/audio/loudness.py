"""Loudness and true peak (ITU-R BS.1770-5), and the gain that brings a programme to a target without going over.

A programme is analysed once, into its power and peak of every millisecond; the gain, limiter included, is then found on
those few numbers, so nothing here grows with the sound itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.dsp.k_weighting import k_weighting_response

Audio = npt.NDArray[np.float32]
"""(samples, 2), full scale 1."""
Curve = npt.NDArray[np.float32]
"""One value a millisecond."""

HOP = SAMPLE_RATE // 1000
BLOCK = 1280 * HOP
"""Samples in every block but the last. With ``_MEMORY`` it fills one FFT."""
_MEMORY = 4096  # samples after which the K filter has forgotten its past: its slowest pole is 0.995
_FFT = BLOCK + _MEMORY
_TAPS = 16  # of each phase of the 4x interpolator
_LOOK_AHEAD = 5  # ms in which the limiter closes
_RELEASE_DB = 0.12  # a millisecond
_STEP = 10_000  # milliseconds that are released at once; over a whole film single precision would not do
_HARDEST_DB = 12.0  # most that is given back for what the limiter takes; beyond that it would be heard


@dataclass(frozen=True)
class Levels:
    """``power``: K-weighted mean square, channels added; ``peak``: true peak. Both for every millisecond."""

    power: Curve
    peak: Curve


def measure_levels(blocks: Iterable[Audio]) -> Levels:
    """Measure a programme that comes in blocks of ``BLOCK`` samples; the last may be shorter."""
    powers: list[Curve] = []
    peaks: list[Curve] = []
    past = np.zeros((_MEMORY, 2), np.float32)
    for block in blocks:
        heard = np.concatenate([past, block])
        past = heard[-_MEMORY:]
        hops = -(-len(block) // HOP)
        power = np.zeros(hops * HOP)
        peak = np.zeros(hops * HOP, np.float32)
        for channel in np.ascontiguousarray(heard.T):
            weighted = np.fft.irfft(np.fft.rfft(channel, _FFT) * _k_weighting(), _FFT)
            power[: len(block)] += weighted[_MEMORY : _MEMORY + len(block)] ** 2
            np.maximum(peak[: len(block)], _find_true_peaks(channel[_MEMORY - _TAPS + 1 :]), out=peak[: len(block)])
        powers.append(power.reshape(hops, HOP).mean(axis=1).astype(np.float32))
        peaks.append(peak.reshape(hops, HOP).max(axis=1))
    none = np.zeros(0, np.float32)
    return Levels(np.concatenate([none, *powers]), np.concatenate([none, *peaks]))


def integrated_loudness(power: Curve) -> float:
    """Gated loudness in LUFS; -inf for silence. Sound shorter than one window of 400 ms is measured as one."""
    if len(power) < 400:
        power = np.append(power, np.zeros(400 - len(power), np.float32))
    tenths = power[: len(power) // 100 * 100].reshape(-1, 100).mean(axis=1, dtype=np.float64)
    windows = np.convolve(tenths, np.full(4, 0.25), "valid")
    loud = windows[windows > 10 ** ((-70 + 0.691) / 10)]
    if not len(loud):
        return float("-inf")
    loud = loud[loud > loud.mean() / 10]
    return float(-0.691 + 10 * np.log10(loud.mean()))


def max_momentary_loudness(power: Curve) -> float:
    """The greatest momentary loudness (EBU Tech 3341: over 400 ms) in LUFS; -inf for silence. The silence around a
    shorter sound counts too: to the ear a click is softer than a tone of its level."""
    total = np.cumsum(np.pad(power, 400), dtype=np.float64)
    greatest = float((total[400:] - total[:-400]).max()) / 400
    return -0.691 + 10 * float(np.log10(greatest)) if greatest > 1e-12 else float("-inf")


def levelling_gain(levels: Levels, target: float, ceiling: float) -> Curve:
    """Linear gain at the start of every millisecond, and one more at the end, that brings the programme to ``target``
    LUFS with no true peak over ``ceiling`` dBTP. Silence is left alone."""
    loudness = integrated_loudness(levels.power)
    if not np.isfinite(loudness):
        return np.ones(len(levels.power) + 1, np.float32)
    wanted = target - loudness
    gain = wanted
    curve = _limit_gain(levels.peak, gain, ceiling)
    for _ in range(10):
        missing = target - integrated_loudness(levels.power * curve[:-1] * curve[1:])
        if abs(missing) < 0.02:
            break
        gain = min(gain + missing, wanted + _HARDEST_DB)
        curve = _limit_gain(levels.peak, gain, ceiling)
    return curve


def _limit_gain(peak: Curve, gain_db: float, ceiling: float) -> Curve:
    """``gain_db``, turned down ahead of every peak that would go over ``ceiling``.

    The smallest gain of the coming ``_LOOK_AHEAD`` ms, averaged over the last ``_LOOK_AHEAD`` ms, reaches a peak's own
    gain exactly when it comes; between two milliseconds gains are interpolated, so each end counts both neighbours.
    """
    allowed = np.log10(np.maximum(peak, 1e-9))
    allowed *= -20
    allowed += ceiling - gain_db
    np.minimum(allowed, 0, out=allowed)
    ahead = np.pad(allowed, _LOOK_AHEAD + 2, mode="edge")
    least = np.lib.stride_tricks.sliding_window_view(ahead, _LOOK_AHEAD + 3).min(axis=1)
    climb = np.arange(_STEP, dtype=np.float32) * np.float32(_RELEASE_DB)
    before = np.float32(0)
    for at in range(0, len(least), _STEP):
        part = least[at : at + _STEP]  # released in place
        part -= climb[: len(part)]
        np.minimum.accumulate(np.minimum(part, before, out=part), out=part)
        part += climb[: len(part)]
        before = part[-1] + np.float32(_RELEASE_DB)
    smooth = np.convolve(least, np.full(_LOOK_AHEAD + 1, 1 / (_LOOK_AHEAD + 1), np.float32), "valid")[: len(peak) + 1]
    smooth += gain_db
    smooth /= 20
    return np.asarray(np.power(10, smooth, out=smooth), np.float32)


@cache
def _k_weighting() -> npt.NDArray[np.complex64]:
    """Return the response of the K-weighting filters on the FFT's frequencies."""
    return k_weighting_response(np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE)).astype(np.complex64)


@cache
def _interpolation_taps() -> tuple[Audio, ...]:
    """Windowed sincs that give the signal a quarter, a half and three quarters of a sample on."""
    at = np.arange(_TAPS) - _TAPS // 2
    found = []
    for quarter in (0.25, 0.5, 0.75):
        offset = at + quarter
        taps = np.sinc(offset) * np.kaiser(4 * _TAPS + 1, 6.0)[np.round((offset + _TAPS / 2) * 4).astype(int)]
        found.append((taps / taps.sum()).astype(np.float32))
    return tuple(found)


def _find_true_peaks(channel: Audio) -> Audio:
    """The largest magnitude at and after each sample but the first ``_TAPS`` - 1, late by half the taps, at 4x."""
    peak = np.abs(channel[_TAPS - 1 :])
    for taps in _interpolation_taps():
        np.maximum(peak, np.abs(np.convolve(channel, taps, "valid")), out=peak)
    return peak
