"""Blend one piece of audio into another."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def crossfade(old: Samples, new: Samples, length: int, start: int = 0) -> Samples:
    """Return ``old`` while it gives way to ``new`` with equal power: their gains are a cosine and a sine.

    Args:
        old: (samples, channels), ``new`` likewise: both from sample ``start`` of the crossfade on.
        length: samples in the whole crossfade.
    """
    angle = ((start + np.arange(len(old), dtype=np.float32) + 0.5) * (np.pi / 2 / length))[:, None]
    return np.asarray(new * np.sin(angle) + old * np.cos(angle), np.float32)
