"""Take audio apart into short overlapping frames and put it together again, and filter it, in blocks of seconds."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""(samples,), full scale 1."""
Values = NDArray[np.float32]

FRAME = 2048
"""Samples in a frame: 43 ms at 48 kHz, long enough to tell the harmonics of a low voice apart."""
STEP = FRAME // 4
_FRAMES_AT_ONCE = 1024
_BLOCK, _MARGIN = 1 << 18, 1 << 15
"""Samples of one FFT of a filter, and those at both of its ends in which the filter may ring."""
WINDOW = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)
"""Applied before and after the change of a frame; the squares of four overlapping windows add up to 2."""


def filter_samples(samples: Samples, response: Values) -> Samples:
    """Return ``samples`` filtered without any delay: ``response`` is real, one value for each frequency of
    ``filter_frequencies``. It must die away within 0.6 s."""
    filtered = np.empty_like(samples)
    step = _BLOCK - 2 * _MARGIN
    for at in range(0, len(samples), step):
        first, end = at - _MARGIN, at - _MARGIN + _BLOCK
        block = _cut(samples, first, end)
        count = min(step, len(samples) - at)
        spectrum = np.fft.rfft(block) * response
        filtered[at : at + count] = np.fft.irfft(spectrum, _BLOCK)[_MARGIN : _MARGIN + count]
    return filtered


def filter_frequencies(rate: int) -> NDArray[np.float64]:
    """Return the frequencies in Hz at which ``filter_samples`` needs a response."""
    return np.asarray(np.fft.rfftfreq(_BLOCK, 1 / rate), np.float64)


def _cut(samples: Samples, first: int, end: int) -> Samples:
    """Return the samples from ``first`` to ``end``, mirrored where they reach over the ends, so that a steady tone has
    no edge at which a filter would ring."""
    before, after = max(-first, 0), max(end - len(samples), 0)
    inside = samples[max(first, 0) : min(end, len(samples))]
    if before >= len(inside) or after >= len(inside):
        return np.pad(inside, (before, after))
    return np.pad(inside, (before, after), mode="reflect")


def count_frames(samples: int) -> int:
    """Return the number of frames that cover all of ``samples`` samples."""
    return -(-samples // STEP) + FRAME // STEP - 1


def frame_powers(samples: Samples, frames: NDArray[np.intp]) -> Values:
    """Return the power spectra of the given ``frames``, (frames, FRAME // 2 + 1)."""
    powers = np.empty((len(frames), FRAME // 2 + 1), np.float32)
    for row, number in enumerate(frames):
        spectrum = np.fft.rfft(_read_frames(samples, int(number), 1)[0] * WINDOW)
        powers[row] = np.abs(spectrum) ** 2
    return powers


def frame_energies(samples: Samples) -> Values:
    """Return the mean square of every frame."""
    squares = np.empty(count_frames(len(samples)), np.float32)
    for first, frames in _iterate_frames(samples):
        squares[first : first + len(frames)] = np.einsum("fs,fs->f", frames, frames) / FRAME
    return squares


def _iterate_frames(samples: Samples) -> Iterator[tuple[int, Samples]]:
    total = count_frames(len(samples))
    for first in range(0, total, _FRAMES_AT_ONCE):
        yield first, _read_frames(samples, first, min(_FRAMES_AT_ONCE, total - first))


def _read_frames(samples: Samples, first: int, count: int) -> Samples:
    """Return ``count`` frames from frame ``first`` on; frame 0 ends with the first ``STEP`` samples."""
    start = first * STEP - (FRAME - STEP)
    end = start + (count - 1) * STEP + FRAME
    inside = samples[max(start, 0) : max(min(end, len(samples)), 0)]
    padded = np.pad(inside, (max(-start, 0), max(end - max(len(samples), start), 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP]


def iterate_spectra(samples: Samples) -> Iterator[tuple[int, NDArray[np.complex64]]]:
    """Yield the number of a first frame and the spectra of up to ``_FRAMES_AT_ONCE`` frames."""
    for first, frames in _iterate_frames(samples):
        yield first, np.fft.rfft(frames * WINDOW, axis=1).astype(np.complex64)


def add_frames(target: Samples, first: int, spectra: NDArray[np.complex64]) -> None:
    """Add the frames of ``spectra`` from frame ``first`` on to ``target`` (overlap and add)."""
    frames = (np.fft.irfft(spectra, FRAME, axis=1) * (WINDOW / 2)).astype(np.float32)
    parts = FRAME // STEP
    joined = np.zeros((len(frames) + parts - 1, STEP), np.float32)
    for part in range(parts):
        joined[part : part + len(frames)] += frames[:, part * STEP : (part + 1) * STEP]
    start = first * STEP - (FRAME - STEP)
    whole = joined.reshape(-1)
    a, b = max(start, 0), min(start + len(whole), len(target))
    if a < b:
        target[a:b] += whole[a - start : b - start]
