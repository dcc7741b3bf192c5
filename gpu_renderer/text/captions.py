"""What is drawn over the picture: captions and the watermark, each rasterised once, then blended on its rectangle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gpu_renderer.core.frame import Bytes
from gpu_renderer.text.placement import choose_placement
from gpu_renderer.text.text_renderer import (
    ASCENT,
    BOX_PADDING,
    DESCENT,
    PITCH,
    Style,
    Typeface,
    draw_lines,
    find_typeface,
    hash_font,
    highlight_word,
    measure_line,
    require_glyphs,
)
from sutradhar.domain.plan.plan import Watermark
from sutradhar.domain.video.captions import MAX_LINE, break_lines
from sutradhar.domain.video.captions import width as characters

_CAPTION = Style(outline_width=0.055, shadow_opacity=0.55, shadow_blur=0.14, box_opacity=0.32)
_CAPTION_EM = 0.05
"""Of the short side: letters as high as on television, some 42 to the line on 16:9."""
_WATERMARK_EM = 0.03
_WATERMARK_WIDTH = 0.45


@dataclass(frozen=True, eq=False)
class Overlay:
    """``rgba`` (h, w, 4) uint8 with straight alpha, its top left pixel at ``x``, ``y`` of the frame.

    All four numbers are even, so that the halved chroma planes have whole pixels for it.
    """

    x: int
    y: int
    rgba: Bytes

    def __post_init__(self) -> None:
        if any(n % 2 for n in (self.x, self.y, *self.rgba.shape[:2])):
            raise ValueError(f"overlay at {self.x}, {self.y} of {self.rgba.shape[:2]} is not on the chroma grid")


class Caption:
    """A cue near the lower edge of a ``width`` x ``height`` picture, centred; the last baseline never moves.

    A cue too wide for the picture is broken again, onto as many lines as the picture's shape has room for; a line that
    is still too wide is drawn smaller. A word that fits a line is never cut. ``keeps_lines``: never join the lines.
    """

    def __init__(self, lines: Sequence[str], width: int, height: int, *, keeps_lines: bool = False) -> None:
        require_glyphs(" ".join(lines), "the caption")
        em, place = min(width, height) * _CAPTION_EM, choose_placement(width, height)
        breaks = list(_break_differently(lines, keeps_lines=keeps_lines))
        broken, self._em = _fit_caption(breaks, find_typeface(), em, width * place.caption_width, place.caption_lines)
        self._block = draw_lines(broken, find_typeface(), self._em, _CAPTION)
        rows, columns = self._block.rgba.shape[:2]
        baseline = height * (1 - place.caption_bottom) - em * DESCENT
        self._at = ((width - columns) // 2, round(baseline + self._em * DESCENT) + self._block.inset - rows)
        self._size = (width, height)

    @property
    def plain(self) -> Overlay:
        """The whole caption, no word lit."""
        return crop_to_frame(self._block.rgba, *self._at, *self._size)

    def highlight(self, word: int) -> Overlay:
        """What changes when word number ``word`` is spoken, to be laid over the plain caption."""
        rgba, x, y = highlight_word(self._block, word, self._em)
        return crop_to_frame(rgba, self._at[0] + x, self._at[1] + y, *self._size)


def find_caption_top(width: int, height: int) -> int:
    """The row above which no caption reaches with its letters or its box."""
    em, place = min(width, height) * _CAPTION_EM, choose_placement(width, height)
    high = ASCENT + DESCENT + PITCH * (place.caption_lines - 1) + BOX_PADDING / 3
    return int(height * (1 - place.caption_bottom) - em * high)


def _fit_caption(
    breaks: Sequence[list[str]], face: Typeface, em: float, room: float, max_lines: int
) -> tuple[list[str], int]:
    size = round(em)
    while True:
        for broken in breaks:
            if len(broken) <= max_lines and max(measure_line(line, face, size) for line in broken) <= room:
                return broken, size
        size = min(size - 1, round(size * 0.95))


def _break_differently(lines: Sequence[str], *, keeps_lines: bool) -> Iterator[list[str]]:
    yield list(lines)
    text = " ".join(lines)
    longest = max(characters(word) for word in text.split())
    for limit in range(MAX_LINE, max(MAX_LINE // 3, longest - 1), -1):
        yield [part for line in (lines if keeps_lines else [text]) for part in break_lines(line, limit)]


def draw_watermark_overlay(watermark: Watermark, width: int, height: int) -> Overlay:
    """The watermark in its corner of a ``width`` x ``height`` picture."""
    require_glyphs(watermark.text, "the watermark")
    face = find_typeface()
    size = round(min(width, height) * _WATERMARK_EM)
    room = width * _WATERMARK_WIDTH
    if (natural := measure_line(watermark.text, face, size)) > room:
        size = max(int(size * room / natural), 1)
    style = Style(outline_width=0.02, shadow_opacity=0.6, shadow_blur=0.14, opacity=watermark.opacity)
    block = draw_lines([watermark.text], face, size, style, align="left")
    place = choose_placement(width, height)
    left, right = round(width * place.mark_left), round(width * (1 - place.mark_right))
    top, bottom = round(height * place.mark_top), round(height * (1 - place.mark_bottom))
    rows, columns = block.rgba.shape[:2]
    x = left - block.inset if watermark.position[1] == "l" else right + block.inset - columns
    y = top - block.inset if watermark.position[0] == "t" else bottom + block.inset - rows
    return crop_to_frame(block.rgba, x, y, width, height)


def crop_to_frame(picture: Bytes, x: int, y: int, width: int, height: int) -> Overlay:
    """Cut what of ``picture`` (its outermost, nearly empty shadow) lies outside, and widen to even numbers."""
    rows, columns = picture.shape[:2]
    left, top = max(x, 0) // 2 * 2, max(y, 0) // 2 * 2
    right, bottom = -(-min(x + columns, width) // 2) * 2, -(-min(y + rows, height) // 2) * 2
    rgba = np.zeros((bottom - top, right - left, 4), np.uint8)
    inside = picture[max(-y, 0) : min(rows, height - y), max(-x, 0) : min(columns, width - x)]
    rgba[max(y, 0) - top :, max(x, 0) - left :][: inside.shape[0], : inside.shape[1]] = inside
    return Overlay(left, top, rgba)


def hash_fonts() -> dict[str, str]:
    """File name to sha256 of every font that overlays are drawn with, for the segment keys."""
    face = find_typeface()
    return {font.name: hash_font(font) for font in (face.latin, face.devanagari)}
