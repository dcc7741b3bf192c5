"""Draw lines of text as RGBA bitmaps, shaped by HarfBuzz (Pillow's Raqm layout).

Most scripts need shaping: without it conjuncts fall apart into letters with visible halants. Without FriBiDi, Pillow
does no shaping and gives no warning; here that is an error.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gpu_renderer.text.bidi import find_line_levels, runs_right_to_left
from gpu_renderer.text.font_runs import IGNORED, has_glyphs, split_by_font
from gpu_renderer.text.fonts import Typeface, find_typeface
from gpu_renderer.text.line_heights import USUAL, LineHeights, find_heights
from gpu_renderer.text.line_layout import find_words, measure_line, split_runs
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.language.tags import Language
from sutradhar.domain.text.text import describe_character, split_graphemes
from sutradhar.domain.text.words import locate_words, split_words
from sutradhar.domain.video.caption_lines import break_lines

Color = tuple[int, int, int]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; the last two are outside."""

ACCENT: Color = (255, 193, 48)
"""The box behind a highlighted word, and the bar of a lower third."""
ON_ACCENT: Color = (28, 18, 0)
"""The letters in that box."""
_WORD_PADDING = 0.08
"""Ems by which the box of a word is wider than the word at each side: less than half a space, so boxes keep apart."""

BOX_PADDING = 0.4
"""Ems by which the box behind a caption is wider than the text at each side; above and below it is a third of that."""


@dataclass(frozen=True)
class Style:
    """The look of text, which is painted bottom to top: box, shadow, glow, outline, letters.

    Lengths are in ems, colours RGB, opacities 0 to 1. ``shadow_blur`` is twice, ``glow_blur`` once the standard
    deviation of a Gaussian.
    """

    fill: Color = (255, 255, 255)
    outline: Color = (12, 12, 16)
    outline_width: float = 0.06
    shadow: Color = (0, 0, 0)
    shadow_opacity: float = 0.7
    shadow_blur: float = 0.12
    glow: Color = (255, 190, 60)
    glow_opacity: float = 0.0
    glow_blur: float = 0.12
    box_opacity: float = 0.0
    opacity: float = 1.0
    coarse_shadow: bool = False
    """True: the shadow is blurred at a quarter of its size, which takes a tenth of the time."""
    weight: float = 0.0
    """The width by which each letter is grown at each side: a heavier font without a file of its own."""


@dataclass(frozen=True, eq=False)
class TextBitmap:
    """Drawn lines: ``rgba`` is (h, w, 4) uint8, straight alpha; the line box lies ``inset`` pixels inside each edge."""

    rgba: NDArray[np.uint8]
    inset: int
    letters: NDArray[np.uint8]
    """(h, w): the share of each pixel that the glyphs alone cover, 0-255."""
    words: tuple[Box, ...]
    """The box of each word: from left to right its advance, from top to bottom its line."""
    heights: LineHeights = USUAL


def find_missing_glyphs(text: str, language: Language | None = None) -> str:
    """Return the characters of ``text`` for which the font that draws them has no glyph, each once, in their order."""
    lacking = (
        c
        for font, part in split_by_font(text, find_typeface().adapt_to_language(language))
        for c in IGNORED.sub("", part)
        if not has_glyphs(font, c)
    )
    return "".join(dict.fromkeys(lacking))


def require_glyphs(text: str, what: str, stage: str = "picture", language: Language | None = None) -> None:
    """Refuse a text with a character that would be drawn as an empty box.

    Raises:
        RenderError: a glyph is missing; names ``what`` (such as ``the watermark``), the text and the character.
    """
    if missing := find_missing_glyphs(text, language):
        raise RenderError(
            f"{what} “{text}” has the character {describe_character(missing[0])}, for which no font has a glyph",
            stage=stage,
            advice="take the character out of the text",
        )


def draw_lines(
    lines: Sequence[str],
    face: Typeface,
    size: int,
    style: Style,
    align: Literal["start", "centre"] = "centre",
    *,
    is_rtl: bool | None = None,
) -> TextBitmap:
    """Draw ``lines`` below each other at ``size`` pixels to the em; all scripts of a line share its baseline.

    Args:
        align: ``start``: the lines begin below each other, at the right if they run from right to left.
        is_rtl: whether they do; None: their letters tell.
    """
    is_rtl = runs_right_to_left(" ".join(lines), face.language) if is_rtl is None else is_rtl
    levels = find_line_levels(lines, is_rtl=is_rtl)
    heights = find_heights(lines, face)
    soft = max(style.shadow_blur, style.glow_blur if style.glow_opacity else 0)
    inset = ceil(size * (style.weight + style.outline_width + 2.5 * soft + (BOX_PADDING if style.box_opacity else 0)))
    widths = [measure_line(line, face, size, own) for line, own in zip(lines, levels, strict=True)]
    width = ceil(max(widths)) + 2 * inset
    height = ceil(size * heights.measure(len(lines))) + 2 * inset
    starts = [width - inset - line if is_rtl else inset for line in widths]
    places = [
        (starts[i] if align == "start" else (width - line) / 2, inset + size * (heights.ascent + heights.pitch * i))
        for i, line in enumerate(widths)
    ]
    strokes = (style.weight * size, (style.weight + style.outline_width) * size)
    letters, outlined = (cover_pixels(lines, places, (width, height), face, size, stroke, levels) for stroke in strokes)
    blur = _blur_coarsely if style.coarse_shadow else blur_mask
    layers: list[tuple[Color, NDArray[np.uint8], float]] = []
    if style.box_opacity:
        layers.append((style.shadow, _draw_box(width, height, inset, size), style.box_opacity))
    if style.shadow_opacity:
        layers.append((style.shadow, blur(outlined, style.shadow_blur * size / 2), style.shadow_opacity))
    if style.glow_opacity:
        layers.append((style.glow, blur_mask(outlined, style.glow_blur * size), style.glow_opacity))
    layers += [(style.outline, outlined, 1.0 if style.outline_width else 0.0), (style.fill, letters, 1.0)]
    located = locate_words(lines)
    words = tuple(
        (
            *(round(left + a), round(baseline - size * heights.ascent)),
            *(round(left + b), round(baseline + size * heights.descent)),
        )
        for i, (line, own, (left, baseline)) in enumerate(zip(lines, levels, places, strict=True))
        for a, b in find_words(line, face, size, own, [span for number, *span in located if number == i])
    )
    return TextBitmap(flatten_layers(layers, style.opacity), inset, letters, words, heights)


def highlight_word(
    bitmap: TextBitmap, word: int, size: int, accent: Color = ACCENT, ink: Color = ON_ACCENT
) -> tuple[NDArray[np.uint8], int, int]:
    """Draw word number ``word`` of ``bitmap`` as it is shown while it is spoken: in ``ink`` on a box in ``accent``.

    The letters are the pixels of ``bitmap``, so no letter moves when the result is laid over it.

    Args:
        size: pixels to the em, as in ``draw_lines``.

    Returns:
        (h, w, 4) uint8 with straight alpha, and x and y of its top left pixel in ``bitmap``.
    """
    left, top, right, bottom = bitmap.words[word]
    left, right = left - round(_WORD_PADDING * size), right + round(_WORD_PADDING * size)
    heights = bitmap.heights
    bottom -= ceil((heights.ascent + heights.descent - heights.pitch + 0.02) * size)  # clear of the line below
    margin = 3  # the box's soft edge
    x, y = left - margin, top - margin
    box = Image.new("L", (right - left + 2 * margin, bottom - top + 2 * margin))
    inner = (margin, margin, box.width - margin - 1, box.height - margin - 1)
    ImageDraw.Draw(box).rounded_rectangle(inner, radius=round(0.22 * size), fill=255)
    mask = blur_mask(np.asarray(box), 0.8)
    letters = bitmap.letters[y : y + box.height, x : x + box.width]
    own = np.zeros_like(mask)
    own[margin:-margin, margin:-margin] = letters[margin:-margin, margin:-margin]
    return flatten_layers([(accent, mask, 1.0), (ink, own, 1.0)], 1.0), x, y


def fit_lines(
    text: str, face: Typeface, *, width: float, height: float, largest: float, max_lines: int
) -> tuple[list[str], int]:
    """Break ``text`` so that its letters are as large as ``width`` x ``height`` pixels allow.

    Returns:
        The lines, and the size in pixels to the em, at most ``largest``.
    """
    letters = len(split_graphemes(text))
    longest = min(max(len(split_graphemes(word)) for word in split_words(text)), 30)
    heights = find_heights([text], face)
    best: tuple[list[str], int] = ([text], 0)
    for limit in range(max(longest, letters // max_lines), max(letters, longest) + 1):
        lines = break_lines(text, limit)
        if len(lines) > max_lines:
            continue
        widest = max(measure_line(line, face, 100) for line in lines) / 100
        size = int(min(width / widest, height / heights.measure(len(lines)), largest))
        if any(line[0] in "—–-|" for line in lines[1:]):
            size = int(size * 0.8)  # a dash belongs to the line before
        if size >= best[1]:  # >=: of two ways with this size, the one with fewer lines
            best = lines, size
        if len(lines) == 1:
            break
    return best[0], max(best[1], 1)


def blur_mask(mask: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    return cv2.GaussianBlur(mask, (0, 0), max(sigma, 0.1)).astype(np.uint8)


def _blur_coarsely(mask: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    high, wide = mask.shape
    small = cv2.resize(mask, (-(-wide // 4), -(-high // 4)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), max(sigma / 4, 0.1))
    return np.asarray(cv2.resize(soft, (wide, high), interpolation=cv2.INTER_LINEAR), np.uint8)


def recolor_letters(bitmap: TextBitmap, before: Color, after: Color) -> TextBitmap:
    """Return ``bitmap`` with letters of the colour ``after``, which had the colour ``before``."""
    share = bitmap.letters.astype(np.float32) / np.maximum(bitmap.rgba[..., 3], 1)
    rgba = bitmap.rgba.copy()
    for i, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            rgba[..., i] = np.clip(np.rint(rgba[..., i] + share * np.float32(new - old)), 0, 255)
    return replace(bitmap, rgba=rgba)


def cover_pixels(
    lines: Sequence[str],
    places: Sequence[tuple[float, float]],
    canvas: tuple[int, int],
    face: Typeface,
    size: int,
    stroke: float,
    levels: Sequence[Sequence[int] | None] | None = None,
) -> NDArray[np.uint8]:
    """Return the share of each pixel that the glyphs cover, 0-255; each glyph is grown by ``stroke`` pixels.

    Args:
        levels: the embedding levels of each line; None: those that it has alone.
    """
    image = Image.new("L", canvas)
    pen = ImageDraw.Draw(image)
    for line, (left, baseline), own in zip(lines, places, levels or [None] * len(lines), strict=True):
        x = float(left)
        runs = split_runs(line, face, own)
        for number, run in enumerate(runs, 1):
            run.draw(pen, (x, round(baseline)), face, size, stroke)
            if number < len(runs):  # to measure Nastaliq takes longer than to draw any other script
                x += run.measure(face, size)
    return np.asarray(image)


def _draw_box(width: int, height: int, inset: int, size: int) -> NDArray[np.uint8]:
    """Draw a rounded box a little larger than the line box; a blur softens its edge."""
    grown = round(BOX_PADDING * size)
    mask = Image.new("L", (width, height))
    corners = (inset - grown, inset - grown // 3, width - inset + grown, height - inset + grown // 3)
    ImageDraw.Draw(mask).rounded_rectangle(corners, radius=round(0.3 * size), fill=255)
    return blur_mask(np.asarray(mask), 0.8)


def flatten_layers(layers: Iterable[tuple[Color, NDArray[np.uint8], float]], opacity: float) -> NDArray[np.uint8]:
    """Blend plain colours over each other, bottom first (Porter-Duff *over*), and return straight alpha."""
    shown = [layer for layer in layers if layer[2]]
    # plane by plane: numpy takes four times as long for the same sums with the colours innermost
    planes = np.zeros((4, *shown[0][1].shape), np.float32)
    for ink, mask, strength in shown:
        part = mask * np.float32(strength / 255)
        kept = 1 - part
        for i, value in enumerate((*ink, 1)):
            planes[i] *= kept
            if value:
                planes[i] += part * np.float32(value)
    alpha = planes[3]
    planes[:3] /= np.maximum(alpha, 1e-6)
    alpha *= np.float32(255 * opacity)
    return np.asarray(cv2.merge(list(np.rint(planes).astype(np.uint8))), np.uint8)
