"""Define one frame of the video as the encoder reads it."""

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

ALIGNMENT = 64
"""Bytes; the resampler reads and writes rows that begin at multiples of it with the widest instructions."""


def allocate(size: int) -> Bytes:
    """Return ``size`` bytes, not initialised, that begin at a multiple of ``ALIGNMENT``."""
    memory = np.empty(size + ALIGNMENT, np.uint8)
    offset = -memory.ctypes.data % ALIGNMENT
    return memory[offset : offset + size]


class Frame:
    """One frame of yuv420p: ``planes`` Y (h, w), U and V (h/2, w/2) are views of ``buffer``."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        luma, chroma = width * height, width * height // 4
        self.buffer = allocate(luma + 2 * chroma)
        self.planes = (
            self.buffer[:luma].reshape(height, width),
            self.buffer[luma : luma + chroma].reshape(height // 2, width // 2),
            self.buffer[luma + chroma :].reshape(height // 2, width // 2),
        )
