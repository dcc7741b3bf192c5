"""Read the sound of a song for its voice: mono at 16 kHz, and where a voice is probably heard."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.media.audio import decode_audio

Floats = NDArray[np.float32]

VOICE_RATE = 16_000
"""Samples per second of the recogniser's model."""
FRAMES_A_SEC = 100
_HOP, _WINDOW = VOICE_RATE // FRAMES_A_SEC, 512
_LOW_HZ, _HIGH_HZ = 250.0, 3800.0
_BLOCK_FRAMES = 3000
_MIN_CONTRAST_DB = 8.0
"""With less between its quiet and its loud moments, a song does not show where its voice is."""
_SMOOTH_FRAMES = 7
_MOSTLY_SIDE = 10.0
"""The power of the difference of both channels over that of their sum; beyond it one is the other upside down."""


@dataclass(frozen=True)
class SongVoice:
    """``samples``: one channel at ``VOICE_RATE``. ``levels``: the level of each of ``FRAMES_A_SEC`` frames a second, in
    the band of voices in dB. ``active``: whether a voice is probably heard in it."""

    samples: Floats
    levels: Floats
    active: NDArray[np.bool_]

    @property
    def seconds(self) -> float:
        return len(self.samples) / VOICE_RATE

    def cut(self, start: float, end: float) -> Floats:
        return self.samples[max(round(start * VOICE_RATE), 0) : round(end * VOICE_RATE)]

    def find_quietest(self, start: float, end: float) -> float:
        """Return the time between ``start`` and ``end`` at which the voice is quietest."""
        first = max(round(start * FRAMES_A_SEC), 0)
        part = self.levels[first : max(round(end * FRAMES_A_SEC), first + 1)]
        return (first + int(part.argmin())) / FRAMES_A_SEC if len(part) else start

    def measure_activity(self, start: float, end: float) -> float:
        """Return the seconds of voice between ``start`` and ``end``."""
        return float(self.active[round(start * FRAMES_A_SEC) : round(end * FRAMES_A_SEC)].sum()) / FRAMES_A_SEC


def read_voice(path: Path, limit_sec: float) -> SongVoice:
    """Return the sound of ``path``, at most ``limit_sec`` of it.

    Voices are in the middle of a song, so both channels are added.

    Raises:
        MediaError: the file has no sound.
    """
    resampler = soxr.ResampleStream(SAMPLE_RATE, VOICE_RATE, 1, dtype="float32", quality="HQ")
    parts: list[Floats] = []
    for block in decode_audio(path, seconds=limit_sec):
        stereo = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        mono = stereo.mean(axis=1)
        side = stereo[:, 0] - mono
        if np.dot(side, side) > _MOSTLY_SIDE * np.dot(mono, mono):
            mono = stereo[:, 0]
        parts.append(resampler.resample_chunk(np.ascontiguousarray(mono, np.float32)))
    parts.append(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
    return hear_voice(np.concatenate(parts))


def hear_voice(samples: Floats) -> SongVoice:
    """Return ``samples``, one channel at ``VOICE_RATE``, with the places of the voice."""
    peak = float(np.abs(samples).max()) if len(samples) else 0.0
    samples = samples * np.float32(0.9 / peak) if peak > 0 else samples
    levels = _measure_levels(samples)
    return SongVoice(samples, levels, _find_active(levels))


def _measure_levels(samples: Floats) -> Floats:
    count = max(len(samples) // _HOP, 1)
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW + _HOP))
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / VOICE_RATE)
    band = (frequencies >= _LOW_HZ) & (frequencies <= _HIGH_HZ)
    window = np.hanning(_WINDOW).astype(np.float32)
    powers = np.empty(count, np.float32)
    for first in range(0, count, _BLOCK_FRAMES):
        last = min(first + _BLOCK_FRAMES, count)
        frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[first * _HOP : last * _HOP : _HOP]
        spectrum = np.fft.rfft(frames * window, axis=1)[:, band]
        powers[first:last] = np.square(np.abs(spectrum)).sum(axis=1)
    smooth = np.convolve(powers, np.full(_SMOOTH_FRAMES, 1 / _SMOOTH_FRAMES), "same")
    return np.asarray(10 * np.log10(smooth + 1e-6), np.float32)


def _find_active(levels: Floats) -> NDArray[np.bool_]:
    """Return True for the frames of the louder one of two groups; for all frames if there are no two groups."""
    low, high = (float(value) for value in np.quantile(levels, (0.1, 0.95)))
    if high - low < _MIN_CONTRAST_DB:
        return np.ones(len(levels), np.bool_)
    clipped = np.clip(levels, high - 40, high)
    threshold = (float(clipped.min()) + high) / 2
    for _ in range(20):  # the middle between the means of both groups
        below, above = clipped[clipped < threshold], clipped[clipped >= threshold]
        if not len(below) or not len(above):
            break
        threshold = float(below.mean() + above.mean()) / 2
    return np.asarray(levels >= threshold)
