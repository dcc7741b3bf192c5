"""What is drawn over the picture: captions and the watermark, each rasterised once, then blended on its rectangle."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpu_renderer.typeset import DESCENT, Block, Style, Typeface, draw, line_width, sha256, typeface
from sutradhar.domain.captions import MAX_LINE, Cue, break_lines
from sutradhar.domain.plan import Watermark

_CAPTION = Style(outline_width=0.055, shadow_opacity=0.55, shadow_blur=0.14, box_opacity=0.32)
_CAPTION_EM = 0.05
"""Of the short side: letters as high as on television, some 42 to the line on 16:9."""
_CAPTION_BOTTOM = 0.065
"""Of the height, below the last line: inside the 5 % title-safe margin of EBU R 95, with the box around it."""
_CAPTION_WIDTH = 0.9
_WATERMARK_EM = 0.03
_WATERMARK_MARGIN = 0.025
_WATERMARK_WIDTH = 0.45


@dataclass(frozen=True, eq=False)
class Overlay:
    """``rgba`` (h, w, 4) uint8 with straight alpha, its top left pixel at ``x``, ``y`` of the frame.

    All four numbers are even, so that the halved chroma planes have whole pixels for it.
    """

    x: int
    y: int
    rgba: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if any(n % 2 for n in (self.x, self.y, *self.rgba.shape[:2])):
            raise ValueError(f"overlay at {self.x}, {self.y} of {self.rgba.shape[:2]} is not on the chroma grid")


def caption_overlay(cue: Cue, width: int, height: int) -> Overlay:
    """``cue`` centred near the lower edge of a ``width`` x ``height`` picture; the last baseline never moves.

    A cue too wide for the picture is broken anew, onto three lines on upright and square pictures; what is still too
    wide is drawn smaller.
    """
    face = typeface()
    em = min(width, height) * _CAPTION_EM
    lines, size = _fit_caption(cue, face, em, width * _CAPTION_WIDTH, 2 if width > height else 3)
    block = draw(lines, face, size, _CAPTION)
    baseline = height * (1 - _CAPTION_BOTTOM) - em * DESCENT
    rows, columns = block.rgba.shape[:2]
    top = round(baseline + size * DESCENT) + block.inset - rows
    return _placed(block, (width - columns) // 2, top, width, height)


def _fit_caption(cue: Cue, face: Typeface, em: float, room: float, max_lines: int) -> tuple[list[str], int]:
    text = " ".join(cue.lines)
    size = round(em)
    while True:
        for lines in _breaks(cue, text):
            if len(lines) <= max_lines and max(line_width(line, face, size) for line in lines) <= room:
                return lines, size
        size = min(size - 1, round(size * 0.95))


def _breaks(cue: Cue, text: str) -> Iterator[list[str]]:
    yield list(cue.lines)
    for limit in range(MAX_LINE, MAX_LINE // 3, -1):
        yield break_lines(text, limit)


def watermark_overlay(watermark: Watermark, width: int, height: int) -> Overlay:
    """The watermark in its corner of a ``width`` x ``height`` picture."""
    face = typeface()
    size = round(min(width, height) * _WATERMARK_EM)
    room = width * _WATERMARK_WIDTH
    if (natural := line_width(watermark.text, face, size)) > room:
        size = max(int(size * room / natural), 1)
    style = Style(outline_width=0.02, shadow_opacity=0.6, shadow_blur=0.14, opacity=watermark.opacity)
    block = draw([watermark.text], face, size, style, align="left")
    margin = round(min(width, height) * _WATERMARK_MARGIN)
    rows, columns = block.rgba.shape[:2]
    x = margin - block.inset if watermark.position[1] == "l" else width - margin + block.inset - columns
    y = margin - block.inset if watermark.position[0] == "t" else height - margin + block.inset - rows
    return _placed(block, x, y, width, height)


def _placed(block: Block, x: int, y: int, width: int, height: int) -> Overlay:
    """Cut what of ``block`` (its outermost, nearly empty shadow) lies outside, and widen to even numbers."""
    rows, columns = block.rgba.shape[:2]
    left, top = max(x, 0) // 2 * 2, max(y, 0) // 2 * 2
    right, bottom = -(-min(x + columns, width) // 2) * 2, -(-min(y + rows, height) // 2) * 2
    rgba = np.zeros((bottom - top, right - left, 4), np.uint8)
    inside = block.rgba[max(-y, 0) : min(rows, height - y), max(-x, 0) : min(columns, width - x)]
    rgba[max(y, 0) - top :, max(x, 0) - left :][: inside.shape[0], : inside.shape[1]] = inside
    return Overlay(left, top, rgba)


def font_hashes() -> dict[str, str]:
    """File name to sha256 of every font that overlays are drawn with, for the segment keys."""
    face = typeface()
    return {font.name: sha256(font) for font in (face.latin, face.devanagari)}
