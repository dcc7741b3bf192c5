"""Play one note on an instrument, as a sum of partials."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sutradhar.domain.assets.asset import SAMPLE_RATE

Samples = npt.NDArray[np.float32]
"""Mono audio of shape (samples,), or stereo of shape (samples, 2), at SAMPLE_RATE."""
Rng = np.random.Generator

_PAD_SAMPLES = 2**18
"""The period of a pad's tone."""

# frequency ratio, strength, seconds to fall to 1/e at middle C
_PARTIALS: dict[str, tuple[tuple[float, float, float], ...]] = {
    # a tine clamped at one end: a few distant partials that fade at once, over a pure tone
    "kalimba": ((1, 1, 0.9), (2, 0.12, 0.5), (5.4, 0.16, 0.09), (6.27, 0.05, 0.3), (11.2, 0.05, 0.04)),
    "santoor": tuple((n * (1 + 0.0004 * n * n) ** 0.5, 0.9 / n**1.2, 1.3 / n**0.55) for n in range(1, 14)),
    "piano": tuple((n * (1 + 0.0003 * n * n) ** 0.5, 1 / n**1.9, 1.7 / n**0.7) for n in range(1, 11)),
}


def strike_note(instrument: str, frequency: float) -> Samples:
    """Return a note of a kalimba, santoor or soft piano at ``frequency`` Hz, until it is 60 dB down."""
    slower = (262 / frequency) ** 0.6
    seconds = min(6.9 * max(decay for _, _, decay in _PARTIALS[instrument]) * slower, 6.0)
    t = _make_times(seconds)
    samples = np.zeros_like(t)
    for ratio, strength, decay in _PARTIALS[instrument]:
        if frequency * ratio < 9000:
            samples += strength * np.exp(-t / np.float32(decay * slower)) * _make_sine(frequency * ratio, t)
    return _fade_edges(samples, 0.004 if instrument != "santoor" else 0.002, 0.3)


def pluck_tanpura(frequency: float) -> Samples:
    """Return a string over a curved bridge (jivari): the bright band of partials starts high and comes down slowly."""
    t = _make_times(7.0)
    sweep = np.log2(3 + 11 * np.exp(-t / 1.3))
    samples = np.zeros_like(t)
    for n in range(1, 31):
        partial = frequency * n * (1 + 0.00003 * n * n)
        if partial > 6000:
            break
        bright = 0.22 + np.exp(-((np.log2(n) - sweep) ** 2) / 0.7)
        samples += (n**-0.75 * bright * np.exp(-t * np.float32(0.32 + 0.02 * n)) * _make_sine(partial, t)).astype(
            np.float32
        )
    return _fade_edges(samples, 0.03, 1.0)


def play_bansuri(frequency: float, seconds: float, before: float | None, rng: Rng) -> Samples:
    """Return a note of a bamboo flute, 0.25 s longer than ``seconds``.

    It glides from the frequency ``before`` (meend), or starts with a breath if that is None.
    """
    t = _make_times(seconds + 0.25)
    start = np.log2((before or frequency * 0.975) / frequency)
    settled = np.clip(t / (0.16 if before else 0.08), 0, 1)
    glide = start * (0.5 + 0.5 * np.cos(np.pi * settled))
    trembling = np.clip((t - 0.5) / 0.8, 0, 1) * np.sin(2 * np.pi * 4.8 * t + rng.uniform(0, 6.28)) * (11 / 1200)
    phase = np.cumsum(frequency * 2.0 ** (glide + trembling), dtype=np.float64) * (2 * np.pi / SAMPLE_RATE)
    swell = 0.8 + 0.2 * np.sin(np.pi * np.clip(t / max(seconds, 0.3), 0, 1))
    samples = np.zeros(len(t))
    for n, strength in enumerate((1.0, 0.3, 0.16, 0.05, 0.02), 1):
        samples += strength * swell**n * np.sin(n * phase)
    width = np.arange(-60, 61)
    whistle = np.hanning(121) * np.cos(2 * np.pi * frequency * 2 * width / SAMPLE_RATE)
    breath = np.convolve(rng.standard_normal(len(t)), whistle / np.sqrt((whistle**2).sum()), "same")
    return _fade_edges((samples + 0.03 * breath).astype(np.float32), 0.09, 0.28)


def play_pad(frequencies: Sequence[float], seconds: float, softness: float, rng: Rng) -> Samples:
    """Return a choir of strings on a chord, in stereo; it swells in and out over 1.2 s at either end.

    Every partial is a narrow band of noise, as of many players (PADsynth, P. Nasca, 2006). Partial n has the strength
    n ** -softness.
    """
    bins = np.arange(_PAD_SAMPLES // 2 + 1) * (SAMPLE_RATE / _PAD_SAMPLES)
    strength = np.zeros(len(bins))
    for frequency in frequencies:
        for n in range(1, int(4500 // frequency) + 1):
            centre, width = frequency * n, frequency * n * 0.006 + 0.4
            a, b = np.searchsorted(bins, (centre - 4 * width, centre + 4 * width))
            band = np.exp(-(((bins[a:b] - centre) / width) ** 2))
            strength[a:b] += band / np.sqrt((band**2).sum()) / n**softness * (200 / frequency) ** 0.3
    middle, side = (
        np.fft.irfft((strength * np.exp(2j * np.pi * rng.random(len(bins)))).astype(np.complex64), _PAD_SAMPLES)
        for _ in "ms"
    )
    count = round(seconds * SAMPLE_RATE)
    both = np.stack([np.resize(middle + 0.5 * side, count), np.resize(middle - 0.5 * side, count)], axis=1)
    return np.asarray(both, np.float32) * _fade_edges(np.ones(count, np.float32), 1.2, 1.2)[:, None]


def strike_drum(stroke: str, tonic: float) -> Samples:
    """Return a soft stroke on skin: ``low`` (left drum, with falling pitch), ``ring`` (tuned right drum) or ``tap``."""
    t = _make_times(0.9)
    if stroke == "low":
        phase = 2 * np.pi * (66 * t + 14 * 0.05 * (1 - np.exp(-t / 0.05)))
        samples = np.sin(phase) * np.exp(-t / 0.22) + 0.2 * np.sin(2.1 * phase) * np.exp(-t / 0.07)
    elif stroke == "ring":
        # the loaded membrane of a tabla has nearly harmonic modes (Raman, 1934)
        modes = ((1, 0.5, 0.12), (2, 1.0, 0.2), (3, 0.4, 0.12), (4, 0.15, 0.07))
        samples = sum((a * np.exp(-t / d) * _make_sine(tonic * n, t) for n, a, d in modes), np.zeros_like(t))
    else:
        samples = np.exp(-t / 0.03) * (_make_sine(310, t) + 0.6 * _make_sine(497, t))
    return _fade_edges(np.asarray(samples, np.float32), 0.004, 0.2)


def _make_times(seconds: float) -> Samples:
    return np.arange(round(seconds * SAMPLE_RATE), dtype=np.float32) / np.float32(SAMPLE_RATE)


def _make_sine(frequency: float, t: Samples) -> Samples:
    # the phase is counted in turns, so that float32 keeps its precision for the fraction
    turns = np.arange(len(t)) * (frequency / SAMPLE_RATE)
    return np.asarray(np.sin((turns % 1.0).astype(np.float32) * np.float32(2 * np.pi)), np.float32)


def _fade_edges(samples: Samples, attack: float, release: float) -> Samples:
    """Fade both ends (in place) by a quarter sine of ``attack`` and ``release`` seconds, equal in power."""
    for seconds, part in ((attack, samples), (release, samples[::-1])):
        count = min(round(seconds * SAMPLE_RATE), len(samples))
        part[:count] *= np.sin(np.linspace(0, np.pi / 2, count, dtype=np.float32))
    return samples
