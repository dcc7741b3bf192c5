"""Draw titles, large in the middle of the frame, and lower thirds, low beside a slim bar where their readers begin."""

from collections.abc import Sequence

import numpy as np

from gpu_renderer.core.frame import Bytes
from gpu_renderer.text.bidi import runs_right_to_left
from gpu_renderer.text.captions import find_lower_third_floor, find_title_rows
from gpu_renderer.text.look import Look, usual_look
from gpu_renderer.text.overlay import Overlay, crop_to_frame
from gpu_renderer.text.placement import choose_placement
from gpu_renderer.text.text_renderer import (
    ACCENT,
    Style,
    TextBitmap,
    draw_lines,
    fit_lines,
    require_glyphs,
)
from sutradhar.domain.video.timeline import Title

FADE_SEC = 0.4
"""Seconds over which a title appears, and again disappears."""

_TITLE = Style(outline_width=0.03, shadow_opacity=0.9, shadow_blur=0.3)
_SUBTITLE = Style(outline_width=0.05, shadow_opacity=0.9, shadow_blur=0.4)
_PLATE_TEXT = Style(outline_width=0.0, shadow_opacity=0.0)
_PLATE_SUBTEXT = Style(fill=ACCENT, outline_width=0.0, shadow_opacity=0.0)
_PLATE, _PLATE_OPACITY = (12, 12, 18), 0.66
# shares of the frame's short side
_TITLE_EM = 0.115
_LOWER_EM = 0.055
_SUBTEXT_EM = 0.048
_LOWER_SUBTEXT_EM = 0.036
_BAR = 0.009
_PLATE_PADDING = 0.022


def draw_title_overlay(title: Title, width: int, height: int, look: Look | None = None) -> Overlay:
    """Draw ``title`` for a ``width`` x ``height`` frame, at full opacity.

    It stays clear of the captions and of every corner where a watermark may be. Long texts are broken, then drawn
    smaller.

    Raises:
        RenderError: the fonts lack a character.
    """
    look = look or usual_look()
    for text in (title.text, title.subtext):
        require_glyphs(text, "the title", language=look.face.language)
    draw = _draw_in_middle if title.place == "title" else _draw_lower_third
    return draw(title, width, height, look)


def title_opacity(title: Title, frame: int, fps: int) -> float:
    """Return the opacity of ``title`` in frame number ``frame``, 0 to 1.

    It is eased in and out over ``FADE_SEC``, or over half of a title that is too short for that.
    """
    fade = min(round(FADE_SEC * fps), (title.end - title.start) // 2)
    # the opacities of a fade lie between 0 and 1, since 0 and 1 would repeat the frames next to it
    share = min((frame - title.start + 1) / (fade + 1), (title.end - frame) / (fade + 1), 1.0)
    return share * share * (3 - 2 * share)


def _draw_in_middle(title: Title, width: int, height: int, look: Look) -> Overlay:
    short, face, place = min(width, height), look.face, choose_placement(width, height)
    top, bottom = find_title_rows(width, height, look)
    max_width, max_height = place.title_width * width, bottom - top
    lines, size = fit_lines(
        title.text,
        face,
        width=max_width,
        height=0.66 * max_height,
        largest=_TITLE_EM * short,
        max_lines=3 if width > height else 4,
    )
    bitmaps = [draw_lines(lines, face, size, look.color_text(_TITLE))]
    if title.subtext:
        largest = min(_SUBTEXT_EM * short, 0.7 * size)
        lines, size = fit_lines(
            title.subtext, face, width=max_width, height=0.3 * max_height, largest=largest, max_lines=2
        )
        bitmaps.append(draw_lines(lines, face, size, look.color_text(_SUBTITLE)))
    whole, inset = _stack(bitmaps, "centre")
    rows, columns = whole.shape[:2]
    y = round(min(place.title_middle * height - rows / 2, bottom + inset - rows))
    return crop_to_frame(whole, (width - columns) // 2, max(y, round(top) - inset), width, height)


def _draw_lower_third(title: Title, width: int, height: int, look: Look) -> Overlay:
    short, face, place = min(width, height), look.face, choose_placement(width, height)
    bar, padding = max(round(_BAR * short), 2), round(_PLATE_PADDING * short)
    max_width = (1 - place.left - place.right) * width - bar - 2 * padding
    is_rtl = runs_right_to_left(title.text or title.subtext, face.language)
    bitmaps = []
    for text, em, style, max_lines in (
        (title.text, _LOWER_EM, look.color_on_plate(_PLATE_TEXT, _PLATE), 2),
        (title.subtext, _LOWER_SUBTEXT_EM, look.color_on_plate(_PLATE_SUBTEXT, _PLATE, is_accented=True), 2),
    ):
        if text:
            lines, size = fit_lines(
                text, face, width=max_width, height=0.2 * height, largest=em * short, max_lines=max_lines
            )
            bitmaps.append(draw_lines(lines, face, size, style, align="start", is_rtl=is_rtl))
    text_rgba, inset = _stack(bitmaps, "right" if is_rtl else "left")
    rows, columns = text_rgba.shape[:2]
    plate = np.empty((rows - 2 * inset + padding, columns - 2 * inset + bar + 2 * padding, 4), np.uint8)
    plate[:] = (*_PLATE, round(255 * _PLATE_OPACITY))
    plate[:, slice(-bar, None) if is_rtl else slice(bar)] = (*look.accent, 255)
    _blend_over(
        plate,
        text_rgba[inset : rows - inset, inset : columns - inset],
        padding if is_rtl else bar + padding,
        padding // 2,
    )
    bottom = find_lower_third_floor(width, height, look) - round(0.02 * short)
    left = round(place.left * width)
    if is_rtl:  # on the side on which its readers begin, clear of the buttons there
        left = round((1 - place.mark_right if width < height else 1 - place.left) * width) - plate.shape[1]
    return crop_to_frame(plate, left, bottom - plate.shape[0], width, height)


def _stack(bitmaps: Sequence[TextBitmap], align: str) -> tuple[Bytes, int]:
    """Return ``bitmaps`` below each other, line box to line box, and the inset of the whole."""
    inset = max(bitmap.inset for bitmap in bitmaps)
    sizes = [(b.rgba.shape[1] - 2 * b.inset, b.rgba.shape[0] - 2 * b.inset) for b in bitmaps]
    columns, rows = max(w for w, _ in sizes), sum(h for _, h in sizes)
    whole = np.zeros((rows + 2 * inset, columns + 2 * inset, 4), np.uint8)
    y = inset
    for bitmap, (wide, high) in zip(bitmaps, sizes, strict=True):
        x = inset + {"left": 0, "centre": (columns - wide) // 2, "right": columns - wide}[align]
        _blend_over(whole, bitmap.rgba, x - bitmap.inset, y - bitmap.inset)
        y += high
    return whole, inset


def _blend_over(under: Bytes, rgba: Bytes, x: int, y: int) -> None:
    """Blend ``rgba`` over ``under`` in place, its corner at ``x``, ``y``; both have straight alpha (Porter-Duff)."""
    part = under[y : y + rgba.shape[0], x : x + rgba.shape[1]]
    below, above = part.astype(np.float32) / 255, rgba.astype(np.float32) / 255
    share, rest = above[..., 3:], below[..., 3:] * (1 - above[..., 3:])
    alpha = share + rest
    colour = (above[..., :3] * share + below[..., :3] * rest) / np.maximum(alpha, 1e-6)
    part[:] = np.rint(np.concatenate([colour, alpha], axis=2) * 255)
