"""Define one frame of the video as the encoder reads it."""

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


class Frame:
    """One frame of yuv420p: ``planes`` Y (h, w), U and V (h/2, w/2) are views of ``buffer``."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        luma, chroma = width * height, width * height // 4
        self.buffer: Bytes = np.empty(luma + 2 * chroma, np.uint8)
        self.planes = (
            self.buffer[:luma].reshape(height, width),
            self.buffer[luma : luma + chroma].reshape(height // 2, width // 2),
            self.buffer[luma + chroma :].reshape(height // 2, width // 2),
        )
