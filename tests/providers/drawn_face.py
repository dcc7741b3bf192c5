"""Draw a plain face, which the face finder takes for one: no photograph of a person belongs in the tests."""

import cv2
import numpy as np
from numpy.typing import NDArray

BACKDROP = (90, 120, 150)
_SKIN = (224, 172, 140)


def draw_face(size: int) -> NDArray[np.uint8]:
    """Return (size, size, 3) RGB with a face in the middle."""
    image = np.full((size, size, 3), BACKDROP, np.uint8)
    scale = size / 400

    def ellipse(x: int, y: int, width: int, height: int, color: tuple[int, ...]) -> None:
        middle, axes = (int((200 + x) * scale), int((200 + y) * scale)), (int(width * scale), int(height * scale))
        cv2.ellipse(image, middle, axes, 0, 0, 360, color, -1, cv2.LINE_AA)

    def darker(share: float) -> tuple[int, ...]:
        return tuple(int(value * share) for value in _SKIN)

    ellipse(0, 190, 150, 80, (60, 60, 110))
    ellipse(0, 110, 40, 60, _SKIN)
    ellipse(0, -20, 108, 140, (50, 35, 25))
    ellipse(0, 0, 95, 125, _SKIN)
    for side in (-1, 1):
        ellipse(38 * side, -25, 20, 10, (250, 250, 250))
        ellipse(38 * side, -25, 9, 9, (60, 40, 20))
        ellipse(38 * side, -25, 4, 4, (0, 0, 0))
        ellipse(38 * side, -50, 24, 5, (50, 35, 25))
        ellipse(97 * side, 0, 12, 25, _SKIN)
        ellipse(50 * side, 35, 20, 12, darker(0.93))
    ellipse(0, 15, 10, 22, darker(0.88))
    ellipse(0, 30, 16, 8, darker(0.8))
    ellipse(0, 65, 34, 11, (170, 70, 70))
    ellipse(0, 65, 26, 3, (90, 30, 30))
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 2 * scale), np.uint8)


def place_face(width: int, height: int, x: int, y: int, size: int) -> NDArray[np.uint8]:
    """Return an image with a face of ``size`` whose top left corner is at ``x``, ``y``."""
    image = np.full((height, width, 3), BACKDROP, np.uint8)
    image[y : y + size, x : x + size] = draw_face(size)
    return image
