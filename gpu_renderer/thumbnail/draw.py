"""Draw the thumbnail: a frame of the video with its title, in the video's shape, as a PNG of at most 2 MB, which is
YouTube's limit."""

from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.text.bidi import runs_right_to_left
from gpu_renderer.text.captions import draw_watermark_overlay
from gpu_renderer.text.logo import draw_logo_overlay
from gpu_renderer.text.look import Look, usual_look
from gpu_renderer.text.placement import choose_placement
from gpu_renderer.text.text_renderer import Style, draw_lines, fit_lines, require_glyphs
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.thumbnail_size import MAX_DRAWN_BYTES

_TITLE = Style(outline_width=0.045, shadow_opacity=0.85, shadow_blur=0.22, glow_opacity=0.85, glow_blur=0.14)
_MARGIN = 0.078
"""Share of the short side of the thumbnail."""
_MAX_TITLE_HEIGHT = 0.55
_MAX_TITLE_EM = 0.208
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_SHARP = 0.02
"""Mean modulus of the Laplacian at 640 x 360 of images that viewers do not call blurred."""


def draw_thumbnail(
    frame: NDArray[np.uint8], title: str, watermark: Watermark | None, size: tuple[int, int], look: Look | None = None
) -> bytes:
    """Return a PNG of ``size`` (width, height) of at most ``MAX_DRAWN_BYTES``: ``title`` over ``frame``, (h, w, 3) RGB.

    Raises:
        RenderError: the fonts lack a character of the title or the watermark.
    """
    canvas = _darken_below(_cover(frame, size))
    width, height = size
    look = look or usual_look()
    face, is_upright = look.face, width < height
    require_glyphs(title, "the title", stage="thumbnail", language=face.language)
    margin = round(_MARGIN * min(size))
    # apps draw the same controls over an upright video and over its thumbnail
    right = round(choose_placement(width, height).right * width) if is_upright else margin
    free_below = choose_placement(width, height).mark_bottom * height if is_upright else 0.7 * margin
    lines, em = fit_lines(
        title,
        face,
        width=width - margin - right,
        height=_MAX_TITLE_HEIGHT * min(size),
        largest=_MAX_TITLE_EM * min(size),
        max_lines=3 if width > height else 4,
    )
    block = draw_lines(lines, face, em, look.color_text(_TITLE), align="start")
    bottom = height - round(free_below) + block.inset
    left = margin - block.inset
    if runs_right_to_left(title, face.language):
        left = width - right + block.inset - block.rgba.shape[1]
    _blend(canvas, block.rgba, left, bottom - block.rgba.shape[0])
    # marks are at the top in any case: the title has the lower part
    if look.logo:
        mark = draw_logo_overlay(look.move_logo_up(), width, height)
        _blend(canvas, mark.rgba, mark.x, mark.y)
    elif watermark:
        at_top = watermark.evolve(position=f"t{watermark.position[1]}")
        mark = draw_watermark_overlay(at_top, width, height, look)
        _blend(canvas, mark.rgba, mark.x, mark.y)
    return _encode_small_png(np.rint(canvas).astype(np.uint8))


def score_frame(frame: NDArray[np.uint8]) -> float:
    """Return how well ``frame`` (RGB) catches the eye: it is sharp, neither dark nor washed out, and has content, which
    is contrast of light and of colour. A low value of one of the three makes the score low. They are measured on small
    copies, so that grain and size do not count.

    Sharpness is the mean modulus of the Laplacian (Pertuz et al., 2013), colour the spread of the opponent channels
    (Hasler and Suesstrunk, 2003).
    """
    small = cv2.resize(frame, (320, 180), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    luma = small @ _LUMA
    fine = cv2.resize(frame, (640, 360), interpolation=cv2.INTER_AREA).astype(np.float32) / 255 @ _LUMA
    edges = cv2.Laplacian(cv2.GaussianBlur(fine, (0, 0), 0.8), cv2.CV_32F)
    sharpness = min(float(np.abs(edges).mean()) / _SHARP, 1.0)
    red, green, blue = (small[..., i] for i in range(3))
    colour = float(np.hypot((red - green).std(), ((red + green) / 2 - blue).std()))
    exposure = max(1.0 - 2.0 * abs(float(luma.mean()) - 0.48), 0.05)
    return exposure * (0.1 + sharpness) * (float(luma.std()) + 0.5 * colour)


def _cover(frame: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.float32]:
    """Return the middle of ``frame``, scaled to fill the thumbnail; of an upright one the part above the middle, where
    faces are."""
    rows, columns = frame.shape[:2]
    scale = max(size[0] / columns, size[1] / rows)
    crop_w, crop_h = min(round(size[0] / scale), columns), min(round(size[1] / scale), rows)
    left, top = (columns - crop_w) // 2, (rows - crop_h) * 2 // 5
    cropped = frame[top : top + crop_h, left : left + crop_w]
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(cropped, size, interpolation=interpolation).astype(np.float32)


def _darken_below(canvas: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``canvas`` with a smooth shade from the middle down, under the title, and a slight one at the very top."""
    y = np.linspace(0, 1, canvas.shape[0], dtype=np.float32)
    below = np.clip((y - 0.3) / 0.7, 0, 1)
    shade = 1 - 0.72 * below * below * (3 - 2 * below) - 0.2 * np.clip(1 - y / 0.15, 0, 1)
    darkened: NDArray[np.float32] = canvas * shade[:, None, None]
    return darkened


def _blend(canvas: NDArray[np.float32], rgba: NDArray[np.uint8], x: int, y: int) -> None:
    """Draw ``rgba`` over ``canvas`` in place; the part beyond the left or upper edge is cut off."""
    rgba = rgba[max(-y, 0) :, max(-x, 0) :]
    part = canvas[max(y, 0) :, max(x, 0) :][: rgba.shape[0], : rgba.shape[1]]
    rgba = rgba[: part.shape[0], : part.shape[1]]
    alpha = rgba[..., 3:].astype(np.float32) / 255
    part += (rgba[..., :3] - part) * alpha


def _encode_small_png(canvas: NDArray[np.uint8]) -> bytes:
    """Return a PNG of at most ``MAX_DRAWN_BYTES``: all of ``canvas`` if that fits, else without one or two of the eight
    bits of each colour, else (only noise is so dense) with so few colours that it fits: a byte a pixel at most."""
    for mask, half in ((0xFF, 0), (0xFE, 0), (0xFC, 1)):
        if len(encoded := _encode(Image.fromarray((canvas & mask) + np.uint8(half)))) <= MAX_DRAWN_BYTES:
            return encoded
    colours = 256 if canvas.shape[0] * canvas.shape[1] < MAX_DRAWN_BYTES else 64
    return _encode(Image.fromarray(canvas).quantize(colours, dither=Image.Dither.FLOYDSTEINBERG))


def _encode(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()
