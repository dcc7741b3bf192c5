"""Place audio in the video with a gain, and add up the levels of all that is placed."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gpu_renderer.audio.ducking import interpolate
from gpu_renderer.audio.loudness import HOP, Audio, Curve, Levels


class Readable(Protocol):
    """Audio of a known length that can be read from any sample on."""

    samples: int

    def read(self, start: int, count: int) -> Audio:
        """Return ``count`` samples from sample ``start`` on, (count, 2)."""
        ...


@dataclass(frozen=True)
class PlacedAudio:
    """Audio that is heard from sample ``start`` of the video on, with the gain in each of its own milliseconds."""

    start: int
    source: Readable
    gain: Curve

    def mix(self, block: Audio, start: int, gain: float = 1.0) -> None:
        """Add the part of it that lies in ``block``, which starts at sample ``start``; ``gain`` is linear."""
        a, b = max(self.start, start), min(self.start + self.source.samples, start + len(block))
        if a < b:
            at, count = a - self.start, b - a
            samples = self.source.read(at, count) * interpolate(self.gain, at, count) * np.float32(gain)
            block[a - start : b - start] += samples


class LevelCurve:
    """Power and peak in every millisecond of the video.

    With them a mix is levelled before it is mixed: the powers of unlike sounds add up, and the peak of their sum is at
    most the sum of their peaks.
    """

    def __init__(self, count: int) -> None:
        self.power, self.peak = np.zeros(count, np.float32), np.zeros(count, np.float32)

    def add(self, levels: Levels, placed: PlacedAudio) -> None:
        """Add audio whose ``levels`` were measured without the gain of ``placed``."""
        gain, first = placed.gain, placed.start // HOP
        power = np.append(levels.power * gain[:-1] * gain[1:], 0)
        peak = np.append(levels.peak * np.maximum(gain[:-1], gain[1:]), 0)
        if placed.start % HOP:  # each millisecond of the audio lies in two of the video
            peak = np.maximum(peak, np.roll(peak, 1))
        a, b = max(first, 0), min(first + len(peak), len(self.peak))
        if a < b:
            self.power[a:b] += power[a - first : b - first]
            self.peak[a:b] += peak[a - first : b - first]
