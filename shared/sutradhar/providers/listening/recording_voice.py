"""Lay out the voice and the silence of a recording: its pauses, and the stretches between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sutradhar.dsp.resample import Samples
from sutradhar.providers.listening.cleaning import MIN_PAUSE_SEC, find_pauses
from sutradhar.providers.media.speech_postprocess import FRAME_SEC

_SHORTEST_GAP_SEC = 0.03
_BEST_STRETCH_SEC, _LONGEST_STRETCH_SEC = 8.0, 30.0

Span = tuple[float, float]


@dataclass(frozen=True)
class Voice:
    """``silences``: start and end in seconds of each, also of those at the ends."""

    seconds: float
    silences: tuple[Span, ...]

    @cached_property
    def loud(self) -> NDArray[np.bool_]:
        """For each frame of 5 ms whether it holds voice."""
        loud = np.ones(max(round(self.seconds / FRAME_SEC), 1), np.bool_)
        for start, end in self.silences:
            loud[round(start / FRAME_SEC) : round(end / FRAME_SEC)] = False
        return loud

    @property
    def pauses(self) -> tuple[Span, ...]:
        """The silences of ``MIN_PAUSE_SEC`` or more."""
        return tuple((round(a, 3), round(b, 3)) for a, b in self.silences if b - a >= MIN_PAUSE_SEC)

    def measure(self, start: float, end: float) -> float:
        """Return the seconds of voice between two times."""
        return float(np.count_nonzero(self.loud[round(max(start, 0) / FRAME_SEC) : round(end / FRAME_SEC)])) * FRAME_SEC

    def list_stretches(self) -> list[Span]:
        """Return parts of the recording, one after the other, that begin and end in silence where there is any."""
        middles = [(a + b) / 2 for a, b in self.pauses if a > 0 and b < self.seconds]
        ends: list[float] = []
        for at, following in zip(middles, [*middles[1:], self.seconds], strict=False):
            start = ends[-1] if ends else 0.0
            if at - start >= _BEST_STRETCH_SEC or following - start > _LONGEST_STRETCH_SEC:
                ends.append(at)
        edges = [0.0, *ends, self.seconds]
        return [part for a, b in pairwise(edges) for part in self._split_stretch(a, b)]

    def _split_stretch(self, start: float, end: float) -> Iterator[Span]:
        """Yield the parts of a stretch without a pause; it is split in the longest silence there is."""
        while end - start > _LONGEST_STRETCH_SEC:
            low, high = start + _LONGEST_STRETCH_SEC / 2, start + _LONGEST_STRETCH_SEC
            inside = [(a, b) for a, b in self.silences if low < a and b < high]
            a, b = max(inside, key=lambda gap: gap[1] - gap[0], default=(high, high))
            yield start, (a + b) / 2
            start = (a + b) / 2
        yield start, end


def find_voice(samples: Samples, rate: int) -> Voice:
    """Return where the voice is in ``samples`` (one channel)."""
    return Voice(len(samples) / rate, find_pauses(samples, rate, _SHORTEST_GAP_SEC))
