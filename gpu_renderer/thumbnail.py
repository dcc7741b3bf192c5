"""The thumbnail: a picture of the film under its title; 1280 x 720, PNG, at most 2 MB, as YouTube asks."""

from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.overlays import watermark_overlay
from gpu_renderer.typeset import Style, draw, fit_lines, refuse_missing_glyphs, typeface
from sutradhar.domain.plan import Watermark

WIDTH, HEIGHT = 1280, 720
MAX_BYTES = 2_000_000

_TITLE = Style(outline_width=0.045, shadow_opacity=0.85, shadow_blur=0.22, glow_opacity=0.85, glow_blur=0.14)
_MARGIN = 56
_MAX_LINES = 3
_MAX_TITLE_HEIGHT = 0.55 * HEIGHT
_MAX_TITLE_EM = 150
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_SHARP = 0.02
"""Mean modulus of the Laplacian at 640 x 360 of pictures that nobody calls blurred."""


def draw_thumbnail(shown: NDArray[np.uint8], title: str, watermark: Watermark | None) -> bytes:
    """PNG of ``title`` over ``shown`` ((h, w, 3) RGB, any size), at most ``MAX_BYTES``.

    Raises:
        RenderError: the fonts lack a character of the title or the watermark.
    """
    refuse_missing_glyphs(title, "the title", stage="thumbnail")
    picture = _darkened_below(_cover(shown))
    face = typeface()
    lines, size = fit_lines(
        title, face, width=WIDTH - 2 * _MARGIN, height=_MAX_TITLE_HEIGHT, largest=_MAX_TITLE_EM, max_lines=_MAX_LINES
    )
    block = draw(lines, face, size, _TITLE, align="left")
    bottom = HEIGHT - round(0.7 * _MARGIN) + block.inset
    _blend(picture, block.rgba, _MARGIN - block.inset, bottom - block.rgba.shape[0])
    if watermark:
        # at the top in any case: the title has the lower part
        at_top = watermark.evolve(position=f"t{watermark.position[1]}")
        mark = watermark_overlay(at_top, WIDTH, HEIGHT)
        _blend(picture, mark.rgba, mark.x, mark.y)
    return _png(np.rint(picture).astype(np.uint8))


def attractiveness(picture: NDArray[np.uint8]) -> float:
    """How well ``picture`` (RGB) catches the eye: sharp, neither dark nor washed out, and with something in it, which
    is contrast of light and of colour. Each of the three can spoil it alone. Measured on small copies, so that grain
    and size do not count.

    Sharpness is the mean modulus of the Laplacian (Pertuz et al., 2013), colour the spread of the opponent channels
    (Hasler and Suesstrunk, 2003).
    """
    small = cv2.resize(picture, (320, 180), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    luma = small @ _LUMA
    fine = cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA).astype(np.float32) / 255 @ _LUMA
    edges = cv2.Laplacian(cv2.GaussianBlur(fine, (0, 0), 0.8), cv2.CV_32F)
    sharpness = min(float(np.abs(edges).mean()) / _SHARP, 1.0)
    red, green, blue = (small[..., i] for i in range(3))
    colour = float(np.hypot((red - green).std(), ((red + green) / 2 - blue).std()))
    exposure = max(1.0 - 2.0 * abs(float(luma.mean()) - 0.48), 0.05)
    return exposure * (0.1 + sharpness) * (float(luma.std()) + 0.5 * colour)


def _cover(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The middle of ``picture``, scaled to fill the thumbnail; of an upright one the part above the middle, where
    faces are."""
    rows, columns = picture.shape[:2]
    scale = max(WIDTH / columns, HEIGHT / rows)
    crop_w, crop_h = min(round(WIDTH / scale), columns), min(round(HEIGHT / scale), rows)
    left, top = (columns - crop_w) // 2, (rows - crop_h) * 2 // 5
    cropped = picture[top : top + crop_h, left : left + crop_w]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(cropped, (WIDTH, HEIGHT), interpolation=way).astype(np.float32)


def _darkened_below(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """A smooth shade from the middle down, under the title, and a slight one at the very top."""
    y = np.linspace(0, 1, HEIGHT, dtype=np.float32)
    below = np.clip((y - 0.3) / 0.7, 0, 1)
    shade = 1 - 0.72 * below * below * (3 - 2 * below) - 0.2 * np.clip(1 - y / 0.15, 0, 1)
    darkened: NDArray[np.float32] = picture * shade[:, None, None]
    return darkened


def _blend(picture: NDArray[np.float32], rgba: NDArray[np.uint8], x: int, y: int) -> None:
    """``rgba`` over ``picture`` in place; what hangs out on the left or above is cut."""
    rgba = rgba[max(-y, 0) :, max(-x, 0) :]
    part = picture[max(y, 0) :, max(x, 0) :][: rgba.shape[0], : rgba.shape[1]]
    rgba = rgba[: part.shape[0], : part.shape[1]]
    alpha = rgba[..., 3:].astype(np.float32) / 255
    part += (rgba[..., :3] - part) * alpha


def _png(picture: NDArray[np.uint8]) -> bytes:
    """Whole if that fits, else with one or two of the eight bits of each colour gone, else (only noise is so dense)
    with 256 colours, which always fits: one byte a pixel."""
    for mask, half in ((0xFF, 0), (0xFE, 0), (0xFC, 1)):
        if len(encoded := _encode(Image.fromarray((picture & mask) + np.uint8(half)))) <= MAX_BYTES:
            return encoded
    return _encode(Image.fromarray(picture).quantize(256, dither=Image.Dither.FLOYDSTEINBERG))


def _encode(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()
