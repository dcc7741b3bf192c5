"""Draw captions and the watermark as overlays: rectangles of pixels that are blended over frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gpu_renderer.core.frame import Bytes
from gpu_renderer.text.fonts import Typeface, find_typeface
from gpu_renderer.text.placement import choose_placement
from gpu_renderer.text.text_renderer import (
    ASCENT,
    BOX_PADDING,
    DESCENT,
    PITCH,
    Style,
    draw_lines,
    highlight_word,
    measure_line,
    require_glyphs,
)
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import MAX_LINE, break_lines, count_characters

_CAPTION = Style(outline_width=0.055, shadow_opacity=0.55, shadow_blur=0.14, box_opacity=0.32)
_CAPTION_EM = 0.05
"""Size of the letters as a share of the frame's short side: as on television, some 42 letters a line on 16:9."""
_WATERMARK_EM = 0.03
"""Size of the letters as a share of the frame's short side."""
_WATERMARK_WIDTH = 0.45
"""The widest that a watermark may be, as a share of the frame's width."""


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


class Caption:
    """A cue centred near the lower edge of a ``width`` x ``height`` frame, the last baseline always at the same height.

    A cue too wide for the frame is broken again, onto as many lines as the frame's shape has space for; a line that is
    still too wide is drawn smaller. A word that fits a line is never cut.

    Args:
        keeps_lines: each of ``lines`` may be broken, but two are never joined, such as the lines of a poem.

    Raises:
        RenderError: the fonts lack a character.
    """

    def __init__(self, lines: Sequence[str], width: int, height: int, *, keeps_lines: bool = False) -> None:
        require_glyphs(" ".join(lines), "the caption")
        em, place = min(width, height) * _CAPTION_EM, choose_placement(width, height)
        width_limit, line_limit = width * place.caption_width, place.caption_lines
        broken, self._em = _fit_caption(lines, keeps_lines, find_typeface(), em, width_limit, line_limit)
        self._bitmap = draw_lines(broken, find_typeface(), self._em, _CAPTION)
        rows, columns = self._bitmap.rgba.shape[:2]
        baseline = height * (1 - place.caption_bottom) - em * DESCENT
        self._at = ((width - columns) // 2, round(baseline + self._em * DESCENT) + self._bitmap.inset - rows)
        self._size = (width, height)

    @property
    def plain(self) -> Overlay:
        """The whole caption without a highlighted word."""
        return crop_to_frame(self._bitmap.rgba, *self._at, *self._size)

    def highlight(self, word: int) -> Overlay:
        """Draw word number ``word`` highlighted, to be laid over the plain caption while it is spoken."""
        rgba, x, y = highlight_word(self._bitmap, word, self._em)
        return crop_to_frame(rgba, self._at[0] + x, self._at[1] + y, *self._size)


def find_caption_top(width: int, height: int) -> int:
    """Return the row of a ``width`` x ``height`` frame above which no letter and no box of a caption reaches."""
    em, place = min(width, height) * _CAPTION_EM, choose_placement(width, height)
    high = ASCENT + DESCENT + PITCH * (place.caption_lines - 1) + BOX_PADDING / 3
    return int(height * (1 - place.caption_bottom) - em * high)


def _fit_caption(
    lines: Sequence[str], keeps_lines: bool, face: Typeface, em: float, max_width: float, max_lines: int
) -> tuple[list[str], int]:
    """Return ``lines``, broken in the first way that fits at the largest size that is possible, and this size in
    pixels."""

    def fits(broken: Sequence[str]) -> bool:
        return len(broken) <= max_lines and max(measure_line(line, face, size) for line in broken) <= max_width

    size = round(em)
    if fits(lines):  # nearly always, and breaking them in all ways takes longer than drawing them
        return list(lines), size
    breaks = list(_break_differently(lines, keeps_lines=keeps_lines))
    while True:
        for broken in breaks:
            if fits(broken):
                return broken, size
        size = min(size - 1, round(size * 0.95))


def _break_differently(lines: Sequence[str], *, keeps_lines: bool) -> Iterator[list[str]]:
    """Yield ``lines`` as they are, then broken into lines that are shorter and shorter."""
    yield list(lines)
    text = " ".join(lines)
    longest = max(count_characters(word) for word in text.split())
    for limit in range(MAX_LINE, max(MAX_LINE // 3, longest - 1), -1):
        yield [part for line in (lines if keeps_lines else [text]) for part in break_lines(line, limit)]


def draw_watermark_overlay(watermark: Watermark, width: int, height: int) -> Overlay:
    """Draw the watermark in its corner of a ``width`` x ``height`` frame; a long one is drawn smaller.

    Raises:
        RenderError: the fonts lack a character.
    """
    require_glyphs(watermark.text, "the watermark")
    face = find_typeface()
    size = round(min(width, height) * _WATERMARK_EM)
    max_width = width * _WATERMARK_WIDTH
    if (natural := measure_line(watermark.text, face, size)) > max_width:
        size = max(int(size * max_width / natural), 1)
    style = Style(outline_width=0.02, shadow_opacity=0.6, shadow_blur=0.14, opacity=watermark.opacity)
    bitmap = draw_lines([watermark.text], face, size, style, align="left")
    place = choose_placement(width, height)
    left, right = round(width * place.mark_left), round(width * (1 - place.mark_right))
    top, bottom = round(height * place.mark_top), round(height * (1 - place.mark_bottom))
    rows, columns = bitmap.rgba.shape[:2]
    x = left - bitmap.inset if watermark.position[1] == "l" else right + bitmap.inset - columns
    y = top - bitmap.inset if watermark.position[0] == "t" else bottom + bitmap.inset - rows
    return crop_to_frame(bitmap.rgba, x, y, width, height)


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
