"""Measure loudness and true peak (ITU-R BS.1770-5), and find the gain that brings audio to a target without overshoot.

Audio is analysed once, into power and peak of each millisecond. The gain, limiter included, is then found on these few
numbers, so memory does not grow with the samples.
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
_MEMORY = 4096
"""Samples after which the response of the K filters has died away: their slowest pole is 0.995."""
_FFT = BLOCK + _MEMORY
_TAPS = 16
"""Taps of each phase of the 4x interpolator."""
_LOOK_AHEAD = 5
"""Milliseconds in which the limiter closes."""
_RELEASE_DB = 0.12
"""dB by which the limiter opens in a millisecond."""
_STEP = 10_000
"""Milliseconds that are released at once; single precision is not enough for a whole video."""
_HARDEST_DB = 12.0
"""The most that is added for what the limiter takes; beyond that the limiting would be heard."""


@dataclass(frozen=True)
class Levels:
    """``power``: K-weighted mean square, channels added; ``peak``: true peak, linear. Both for every millisecond."""

    power: Curve
    peak: Curve


def measure_levels(blocks: Iterable[Audio]) -> Levels:
    """Measure audio that comes in blocks of ``BLOCK`` samples; the last may be shorter."""
    powers: list[Curve] = []
    peaks: list[Curve] = []
    past = np.zeros((_MEMORY, 2), np.float32)
    for block in blocks:
        samples = np.concatenate([past, block])
        past = samples[-_MEMORY:]
        hops = -(-len(block) // HOP)
        power = np.zeros(hops * HOP)
        peak = np.zeros(hops * HOP, np.float32)
        for channel in np.ascontiguousarray(samples.T):
            weighted = np.fft.irfft(np.fft.rfft(channel, _FFT) * _k_weighting(), _FFT)
            power[: len(block)] += weighted[_MEMORY : _MEMORY + len(block)] ** 2
            np.maximum(peak[: len(block)], _find_true_peaks(channel[_MEMORY - _TAPS + 1 :]), out=peak[: len(block)])
        powers.append(power.reshape(hops, HOP).mean(axis=1).astype(np.float32))
        peaks.append(peak.reshape(hops, HOP).max(axis=1))
    none = np.zeros(0, np.float32)
    return Levels(np.concatenate([none, *powers]), np.concatenate([none, *peaks]))


def measure_loudness(power: Curve) -> float:
    """Return the gated loudness in LUFS; -inf for silence. Audio shorter than a window of 400 ms is measured as one."""
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
    """Return the greatest momentary loudness (EBU Tech 3341: over 400 ms) in LUFS; -inf for silence.

    The silence around shorter audio counts too: to the ear a click is softer than a tone of its level.
    """
    total = np.cumsum(np.pad(power, 400), dtype=np.float64)
    greatest = float((total[400:] - total[:-400]).max()) / 400
    return -0.691 + 10 * float(np.log10(greatest)) if greatest > 1e-12 else float("-inf")


def levelling_gain(levels: Levels, target: float, ceiling: float) -> Curve:
    """Return the linear gain that brings audio to ``target`` LUFS with no true peak over ``ceiling`` dBTP.

    It has a value at the start of each millisecond and one more at the end; it is 1 for silence.
    """
    loudness = measure_loudness(levels.power)
    if not np.isfinite(loudness):
        return np.ones(len(levels.power) + 1, np.float32)
    first = target - loudness
    gain = first
    curve = limit_gain(levels.peak, gain, ceiling)
    for _ in range(10):
        missing = target - measure_loudness(levels.power * curve[:-1] * curve[1:])
        if abs(missing) < 0.02:
            break
        gain = min(gain + missing, first + _HARDEST_DB)
        curve = limit_gain(levels.peak, gain, ceiling)
    return curve


def limit_gain(peak: Curve, gain_db: float, ceiling: float) -> Curve:
    """Return ``gain_db`` as a linear gain, lowered ahead of every peak that would go over ``ceiling``.

    The smallest gain of the coming ``_LOOK_AHEAD`` ms, averaged over the last ``_LOOK_AHEAD`` ms, reaches a peak's own
    gain exactly at the peak. Between two milliseconds gains are interpolated, so each end counts both neighbours.
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
    """Return windowed sincs that give the signal a quarter, a half and three quarters of a sample later."""
    at = np.arange(_TAPS) - _TAPS // 2
    phases = []
    for quarter in (0.25, 0.5, 0.75):
        offset = at + quarter
        taps = np.sinc(offset) * np.kaiser(4 * _TAPS + 1, 6.0)[np.round((offset + _TAPS / 2) * 4).astype(int)]
        phases.append((taps / taps.sum()).astype(np.float32))
    return tuple(phases)


def _find_true_peaks(channel: Audio) -> Audio:
    """Return the largest magnitude (4x) at and after each sample but the first ``_TAPS`` - 1, late by half the taps."""
    peak = np.abs(channel[_TAPS - 1 :])
    for taps in _interpolation_taps():
        np.maximum(peak, np.abs(np.convolve(channel, taps, "valid")), out=peak)
    return peak
