"""Draw the logo of a brand in its corner."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from gpu_renderer.text.look import Look
from gpu_renderer.text.overlay import Overlay, crop_to_frame, find_corner

_MAX_HEIGHT = 0.25
"""The largest height of a logo as a share of the frame's short side; a higher one is drawn smaller."""


class LogoBox(NamedTuple):
    """The place of a logo on a frame, in pixels; ``right`` and ``bottom`` are outside."""

    left: int
    top: int
    right: int
    bottom: int


def find_logo_box(look: Look, width: int, height: int) -> LogoBox | None:
    """Return the place of the logo on a ``width`` x ``height`` frame; None: the look has no logo."""
    if look.logo is None:
        return None
    place, (wide, high) = look.logo.place, look.logo.image.size
    short = min(width, height)
    scale = min(place.width * short / wide, _MAX_HEIGHT * short / high)
    size = max(round(wide * scale), 1), max(round(high * scale), 1)
    x, y = find_corner(place.position, size, width, height)
    return LogoBox(x, y, x + size[0], y + size[1])


def draw_logo_overlay(look: Look, width: int, height: int) -> Overlay:
    """Draw the logo of ``look``, which has one, for a ``width`` x ``height`` frame."""
    box = find_logo_box(look, width, height)
    assert box
    assert look.logo
    size = (box.right - box.left, box.bottom - box.top)
    # with premultiplied alpha, so that the colour of what is transparent bleeds nowhere
    premultiplied = look.logo.image.convert("RGBa").resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    rgba = np.array(premultiplied.convert("RGBA"))
    rgba[..., 3] = np.rint(rgba[..., 3] * look.logo.place.opacity)
    return crop_to_frame(rgba, box.left, box.top, width, height)
