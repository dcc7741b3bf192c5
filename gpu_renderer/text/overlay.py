"""Define overlays, the rectangles of pixels that are blended over frames, and find their places."""

from dataclasses import dataclass

import numpy as np

from gpu_renderer.core.frame import Bytes
from gpu_renderer.text.placement import choose_placement
from sutradhar.domain.plan.choices import Corner


@dataclass(frozen=True, eq=False)
class Overlay:
    """``rgba`` is (h, w, 4) uint8 with straight alpha; its top left pixel lies at ``x``, ``y`` of the frame.

    Position and size are even, so that the halved chroma planes have whole pixels for it.

    Raises:
        ValueError: one of the four numbers is odd.
    """

    x: int
    y: int
    rgba: Bytes

    def __post_init__(self) -> None:
        if any(n % 2 for n in (self.x, self.y, *self.rgba.shape[:2])):
            raise ValueError(f"overlay at {self.x}, {self.y} of {self.rgba.shape[:2]} is not on the chroma grid")


def crop_to_frame(rgba: Bytes, x: int, y: int, width: int, height: int) -> Overlay:
    """Crop ``rgba``, whose top left pixel lies at ``x``, ``y``, to a ``width`` x ``height`` frame.

    Only the outermost, nearly empty part of a shadow lies outside. Position and size are widened to even numbers.
    """
    rows, columns = rgba.shape[:2]
    left, top = max(x, 0) // 2 * 2, max(y, 0) // 2 * 2
    right, bottom = -(-min(x + columns, width) // 2) * 2, -(-min(y + rows, height) // 2) * 2
    cropped = np.zeros((bottom - top, right - left, 4), np.uint8)
    inside = rgba[max(-y, 0) : min(rows, height - y), max(-x, 0) : min(columns, width - x)]
    cropped[max(y, 0) - top :, max(x, 0) - left :][: inside.shape[0], : inside.shape[1]] = inside
    return Overlay(left, top, cropped)


def find_corner(position: Corner, size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """Return the left and upper edge of a mark of ``size`` (width, height) in a corner of a ``width`` x ``height``
    frame."""
    place = choose_placement(width, height)
    left, right = round(width * place.mark_left), round(width * (1 - place.mark_right))
    top, bottom = round(height * place.mark_top), round(height * (1 - place.mark_bottom))
    x = left if position[1] == "l" else right - size[0]
    y = top if position[0] == "t" else bottom - size[1]
    return x, y
