"""Decode the sound of any file for the analysis of music: mono at 24 kHz, with loudness and peaks of the stereo sound.

Memory does not grow with the file's rate or channels: a block of ``_BLOCK_SEC`` is decoded at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.dsp.k_weighting import k_weighting_response
from sutradhar.media.audio import decode_audio

Floats = NDArray[np.float32]

MUSIC_RATE = 24_000
"""Samples per second of the mono sound."""
_BLOCK_SEC = 8
_PEAK_SEC = 0.01
"""Seconds that one stored peak covers."""
_METER_SEC = 0.1
"""Seconds of a step of the loudness meter; it measures windows of four steps."""
_CLIP_LEVEL = 0.999
_TAIL = 12_000
"""Samples of K-weighting's impulse response, which is below -100 dB after them."""
_MOSTLY_SIDE = 10.0
"""The power of the difference of both channels over that of their sum; beyond it one is the other upside down."""


@dataclass
class AudioLevels:
    """Collect what the decoder measures while it decodes."""

    samples: int = 0
    """At 48 kHz."""
    clipped: int = 0
    """Samples at full scale that follow another one."""
    _peaks: list[Floats] = field(default_factory=list)
    _powers: list[Floats] = field(default_factory=list)

    @property
    def duration_sec(self) -> float:
        return self.samples / SAMPLE_RATE

    def add(self, peaks: Floats, powers: Floats) -> None:
        self._peaks.append(peaks)
        self._powers.append(powers)

    @property
    def peaks(self) -> Floats:
        """The highest sample of each ``_PEAK_SEC``."""
        return np.concatenate(self._peaks) if self._peaks else np.zeros(0, np.float32)

    @property
    def loudness_lufs(self) -> float | None:
        """Integrated loudness by BS.1770-5: windows of 400 ms, gated at -70 LUFS and 10 LU below the mean."""
        if not self._powers:
            return None
        steps = np.concatenate(self._powers).astype(np.float64)
        powers = np.convolve(steps, np.full(4, 0.25), "valid") if len(steps) >= 4 else steps.mean(keepdims=True)
        powers = powers[powers > _to_power(-70)]
        if not len(powers):
            return None
        powers = powers[powers > powers.mean() / 10]
        return float(-0.691 + 10 * np.log10(powers.mean()))

    def list_powers(self, step_sec: float) -> Floats:
        """Return the mean K-weighted power of each ``step_sec``, a multiple of 0.1 s; the last may be shorter."""
        steps = np.concatenate(self._powers) if self._powers else np.zeros(0, np.float32)
        size = round(step_sec / _METER_SEC)
        if not len(steps):
            return steps
        starts = np.arange(0, len(steps), size)
        return np.asarray(np.add.reduceat(steps, starts) / np.diff([*starts, len(steps)]), np.float32)


def _to_power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def decode_music(path: Path, levels: AudioLevels) -> Iterator[Floats]:
    """Yield the sound of ``path`` as mono at ``MUSIC_RATE`` and measure it in ``levels``.

    If both channels are nearly opposite, their sum would be silent: the left one is used.

    Raises:
        MediaError: the file has no sound.
    """
    resampler = soxr.ResampleStream(SAMPLE_RATE, MUSIC_RATE, 1, dtype="float32", quality="MQ")
    meter = _KMeter()
    for stereo in _join_blocks(decode_audio(path), _BLOCK_SEC * SAMPLE_RATE):
        levels.samples += len(stereo)
        audio = stereo if np.isfinite(stereo).all() else np.nan_to_num(stereo, nan=0.0, posinf=0.0, neginf=0.0)
        loudest = np.abs(audio).max(axis=1)
        is_mono = bool((audio[:, 0] == audio[:, 1]).all())
        full = loudest >= _CLIP_LEVEL * (np.sqrt(0.5) if is_mono else 1.0)  # mono is 3 dB down in both channels
        levels.clipped += int((full[1:] & full[:-1]).sum())
        levels.add(_take_peaks(loudest), meter.measure(audio))
        left, right = audio[:, 0], audio[:, 1]
        mono: Floats = np.asarray((left + right) / 2, np.float32)
        side = left - mono
        if np.dot(side, side) > _MOSTLY_SIDE * np.dot(mono, mono):
            mono = left
        yield np.asarray(resampler.resample_chunk(np.ascontiguousarray(mono)), np.float32)
    yield np.asarray(resampler.resample_chunk(np.zeros(0, np.float32), last=True), np.float32)


def _join_blocks(blocks: Iterator[Floats], size: int) -> Iterator[Floats]:
    """Yield blocks of exactly ``size`` samples; the last may be shorter."""
    held: list[Floats] = []
    count = 0
    for block in blocks:
        rest = block
        while count + len(rest) >= size:
            head, rest = rest[: size - count], rest[size - count :]
            yield np.concatenate([*held, head])
            held, count = [], 0
        if len(rest):
            held.append(rest)
            count += len(rest)
    if held:
        yield np.concatenate(held)


def _take_peaks(loudest: Floats) -> Floats:
    step = round(_PEAK_SEC * SAMPLE_RATE)
    padded = np.pad(loudest, (0, -len(loudest) % step))
    return np.asarray(padded.reshape(-1, step).max(axis=1), np.float32)


class _KMeter:
    """Measure the K-weighted power of both channels together, for each ``_METER_SEC``."""

    def __init__(self) -> None:
        self._before = np.zeros((_TAIL, 2), np.float32)
        size = _BLOCK_SEC * SAMPLE_RATE + _TAIL
        self._response = k_weighting_response(np.fft.rfftfreq(size, 1 / SAMPLE_RATE)).astype(np.complex64)
        self._size = size

    def measure(self, stereo: Floats) -> Floats:
        joined = np.concatenate([self._before, stereo])
        self._before = joined[-_TAIL:]
        power = np.zeros(len(stereo), np.float32)
        for channel in range(2):
            spectrum = np.fft.rfft(joined[:, channel], self._size) * self._response
            weighted = np.fft.irfft(spectrum, self._size)[_TAIL : len(joined)]
            power += weighted.astype(np.float32, copy=False) ** 2
        step = round(_METER_SEC * SAMPLE_RATE)
        starts = np.arange(0, len(power), step)  # only the last block of a file has a shorter step
        return np.asarray(np.add.reduceat(power, starts) / np.diff([*starts, len(power)]), np.float32)
