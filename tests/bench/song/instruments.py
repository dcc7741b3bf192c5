"""Play drums and notes for songs whose beats are known."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
RATE = 44_100


def _decay(seconds: float, half_sec: float) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.5 ** (at / half_sec), np.float32)


def _noise(count: int, low_hz: float, high_hz: float, rng: np.random.Generator) -> Samples:
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(frequency < low_hz) | (frequency > high_hz)] = 0
    noise = np.fft.irfft(spectrum, count)
    return np.asarray(noise / (np.abs(noise).max() + 1e-9), np.float32)


def strike_click(rng: np.random.Generator) -> Samples:
    envelope = _decay(0.03, 0.006)
    return np.asarray(envelope * np.sin(2 * np.pi * 1000 * np.arange(len(envelope)) / RATE), np.float32)


def strike_kick(rng: np.random.Generator) -> Samples:
    envelope = _decay(0.3, 0.05)
    at = np.arange(len(envelope)) / RATE
    phase = 2 * np.pi * np.cumsum(48 + 110 * np.exp(-at / 0.03)) / RATE
    body = envelope * np.sin(phase)
    body[:200] += 0.2 * rng.standard_normal(200) * np.linspace(1, 0, 200)
    return np.asarray(body, np.float32)


def strike_snare(rng: np.random.Generator) -> Samples:
    envelope = _decay(0.2, 0.035)
    at = np.arange(len(envelope)) / RATE
    body = 0.7 * _noise(len(at), 400, 9000, rng) + 0.5 * np.sin(2 * np.pi * 190 * at)
    return np.asarray(envelope * body, np.float32)


def strike_hat(rng: np.random.Generator) -> Samples:
    envelope = _decay(0.08, 0.015)
    return np.asarray(0.5 * envelope * _noise(len(envelope), 6000, 16_000, rng), np.float32)


def strike_crash(rng: np.random.Generator) -> Samples:
    envelope = _decay(1.5, 0.3)
    return np.asarray(0.5 * envelope * _noise(len(envelope), 3000, 16_000, rng), np.float32)


def strike_clap(rng: np.random.Generator) -> Samples:
    envelope = _decay(0.15, 0.03)
    return np.asarray(0.8 * envelope * _noise(len(envelope), 900, 4000, rng), np.float32)


def to_hz(pitch: float) -> float:
    return float(440 * 2 ** ((pitch - 69) / 12))


def pluck(pitch: float, seconds: float, rng: np.random.Generator) -> Samples:
    """Return a plucked or struck string, such as a piano's."""
    at = np.arange(round(seconds * RATE)) / RATE
    tone = np.zeros(len(at))
    for partial in range(1, 9):
        hz = to_hz(pitch) * partial
        if hz < 9000:
            tone += np.sin(2 * np.pi * hz * at + rng.uniform(0, 6)) * 0.5 ** (at * partial / 0.5) / partial**1.2
    tone *= np.minimum(at / 0.004, 1) * np.minimum((seconds - at) / 0.02, 1)
    return np.asarray(0.4 * tone, np.float32)


def bow(
    pitch: float, seconds: float, rng: np.random.Generator, *, attack_sec: float = 0.12, vibrato: float = 0.0
) -> Samples:
    """Return a sustained note, such as a pad's. ``vibrato``: the share by which its pitch bends."""
    at = np.arange(round(seconds * RATE)) / RATE
    bend = vibrato / (2 * np.pi * 5) * np.sin(2 * np.pi * 5 * at + rng.uniform(0, 6))
    tone = np.zeros(len(at))
    for partial in range(1, 7):
        hz = to_hz(pitch) * partial
        if hz < 9000:
            tone += np.sin(2 * np.pi * hz * (at + bend) + rng.uniform(0, 6)) / partial
    tone *= np.clip(at / attack_sec, 0, 1) * np.clip((seconds - at) / attack_sec, 0, 1)
    return np.asarray(0.25 * tone, np.float32)


def play_bass(pitch: float, seconds: float, rng: np.random.Generator) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * to_hz(pitch) * n * at) / n**1.5 for n in range(1, 5))
    tone *= np.minimum(at / 0.006, 1) * np.minimum((seconds - at) / 0.02, 1) * 0.5 ** (at / 0.6)
    return np.asarray(0.4 * tone, np.float32)
