"""Draw the words of lyrics, each as an overlay of its own, so that each can appear in its frame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from gpu_renderer.text.fonts import Typeface, find_look_typeface
from gpu_renderer.text.line_heights import ASCENT, DESCENT, PITCH, find_heights
from gpu_renderer.text.line_layout import measure_ink
from gpu_renderer.text.lyric_layout import Block, PlacedWord, SafeArea, Shape, Token, find_safe_area, fit_block
from gpu_renderer.text.overlay import Overlay, crop_to_frame
from gpu_renderer.text.text_renderer import (
    ACCENT,
    Color,
    Style,
    TextBitmap,
    blur_mask,
    draw_lines,
    find_missing_glyphs,
    recolor_letters,
    require_glyphs,
)
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.song import LyricLook
from sutradhar.domain.text.text import split_graphemes

PLAIN_SHAPE = Shape(ASCENT, DESCENT, PITCH)
WHITE: Color = (255, 255, 255)
POP = 1.09
"""The largest size of a word of ``bold`` while it appears."""

_CLEAN = Style(outline_width=0.028, shadow_opacity=0.8, shadow_blur=0.24, weight=0.006, coarse_shadow=True)
_CLEAN_EM, _CLEAN_EM_UPRIGHT = 0.068, 0.078
"""This and the next ones: shares of the frame's short side."""
_BOLD = Style(outline_width=0.05, shadow_opacity=0.75, shadow_blur=0.2, weight=0.022, coarse_shadow=True)
_BOLD_EM = 0.2
_BOLD_LIMIT, _BOLD_LIMIT_UPRIGHT = 15, 12
"""Characters of the words that ``bold`` shows at a time; a longer word is alone."""
_BOLD_HEIGHT = 0.5
_STOPS = ",;:.!?।॥…—"
_BRAT = Style(fill=WHITE, outline_width=0.0, shadow_opacity=0.0, shadow_blur=0.1)
_BRAT_WIDTH = 0.82
"""The width of Arial Narrow as a share of Arial's."""
_BRAT_LEADING = 0.93
_BRAT_EM = 0.36
_BRAT_HEIGHT = 0.8
_BRAT_BLUR = 0.009
"""Ems: the standard deviation of the blur that makes the letters look like a print of low resolution."""


@dataclass(frozen=True, eq=False)
class DrawnWord:
    """A word as an overlay; ``word`` is its number in the line."""

    word: int
    overlay: Overlay
    is_rtl: bool = False
    """True: it is written from right to left."""


@dataclass(frozen=True, eq=False)
class BoldWord:
    """A word of ``bold``: white when it was sung before, and in the accent colour while it is sung."""

    word: int
    sung: Overlay
    current: Overlay
    middle: tuple[float, float]
    """The point of the frame around which it grows."""


def find_lyric_face(look: LyricLook, tokens: Sequence[Token], language: Language | None) -> Typeface:
    """Return the typeface of ``tokens``, which a line of lyrics has.

    Raises:
        RenderError: the fonts lack a character.
    """
    require_glyphs(" ".join(token.text for token in tokens), "the lyrics", language=language)
    return find_look_typeface(look).adapt_to_language(language)


def fit_heights(shape: Shape, tokens: Sequence[Token], face: Typeface) -> Shape:
    """Return ``shape`` with lines that are high enough for the scripts of ``tokens``."""
    return shape.with_heights(find_heights([token.text for token in tokens], face))


def draw_clean(tokens: Sequence[Token], width: int, height: int, language: Language | None = None) -> list[DrawnWord]:
    """Draw a quiet line near the lower edge."""
    face, area = find_lyric_face("clean", tokens, language), find_safe_area(width, height)
    largest = min(width, height) * (_CLEAN_EM_UPRIGHT if width < height else _CLEAN_EM)
    shape = fit_heights(PLAIN_SHAPE, tokens, face)
    block = fit_block(tokens, face, shape, area=area, largest=largest, max_lines=choose_lines(width, height))
    return [
        DrawnWord(word.token.word, place_word(word, face, block.size, _CLEAN, (width, height))) for word in block.words
    ]


def choose_lines(width: int, height: int) -> int:
    """Return the lines onto which a lyric line may be broken."""
    return 2 if width > height else 4


def change_case(word: str, change: Callable[[str], str]) -> str:
    """Return ``word`` in the case that ``change`` makes, or as it is if the fonts lack a letter of that case."""
    changed = change(word)
    return word if find_missing_glyphs(changed) else changed


def group_bold(tokens: Sequence[Token], width: int, height: int, language: Language | None = None) -> list[list[Token]]:
    """Return the words that ``bold`` shows at the same time: groups of even length, none with a comma inside. They
    depend on the text alone, so every segment of a video groups them alike."""
    find_lyric_face("bold", tokens, language)
    most = _BOLD_LIMIT if width >= height else _BOLD_LIMIT_UPRIGHT
    groups = _group(tokens, most)
    even = (_group(tokens, limit) for limit in range(1, most))
    return next((shorter for shorter in even if len(shorter) == len(groups)), groups)


def _group(tokens: Sequence[Token], limit: int) -> list[list[Token]]:
    """Return groups of at most ``limit`` characters; a longer word is alone."""
    groups: list[list[Token]] = []
    used = 0
    for token in tokens:
        letters = len(split_graphemes(token.text))
        used += 1 + letters
        if groups and used <= limit and groups[-1][-1].text[-1] not in _STOPS:
            groups[-1].append(token)
        else:
            groups.append([token])
            used = letters
    return groups


def draw_bold(tokens: Sequence[Token], width: int, height: int, language: Language | None = None) -> list[BoldWord]:
    """Draw one group of words, large in the middle of the frame."""
    face, size, area = find_lyric_face("bold", tokens, language), (width, height), find_safe_area(width, height)
    grown = (POP - 1) / 2 * area.width
    inner = SafeArea(area.left + grown, area.top, area.right - grown, area.bottom)
    block = fit_block(
        tokens,
        face,
        fit_heights(Shape(ASCENT, DESCENT, 1.16 if _is_latin(tokens) else PITCH, space=0.3), tokens, face),
        area=replace(inner, bottom=inner.top + min(inner.height, _BOLD_HEIGHT * height)),
        largest=_BOLD_EM * min(size) * (1.4 if width < height else 1),
        max_lines=2 if width > height else 3,
    )
    block = _move_to_middle(block, area)
    return [
        BoldWord(
            word.token.word,
            *place_in_two_colors(word, face, block.size, _BOLD, ACCENT, size),
            (word.x + word.advance / 2, word.baseline - 0.36 * block.size),
        )
        for word in block.words
    ]


def draw_brat(tokens: Sequence[Token], width: int, height: int, language: Language | None = None) -> list[DrawnWord]:
    """Draw the words in white, large, narrow and tight, a little soft, without outline or shadow."""
    face, area = find_lyric_face("brat", tokens, language), find_safe_area(width, height)
    ink = [measure_ink(token.text, face) for token in tokens]
    above, below = max(a for a, _ in ink), max(b for _, b in ink)
    apart = 0.02 if _is_latin(tokens) else 0.09
    shape = Shape(above, below, max(_BRAT_LEADING, above + below + apart), letter_width=_BRAT_WIDTH, space=0.2)
    block = fit_block(
        tokens,
        face,
        shape,
        area=replace(area, bottom=area.top + min(area.height, _BRAT_HEIGHT * height)),
        largest=_BRAT_EM * min(width, height),
        max_lines=3 if width > height else 6,
    )
    block = _move_to_middle(block, area)
    return [DrawnWord(word.token.word, _draw_print(word, face, block.size, (width, height))) for word in block.words]


def place_word(word: PlacedWord, face: Typeface, size: int, style: Style, frame: tuple[int, int]) -> Overlay:
    """Draw ``word`` at its place on a ``frame`` (width, height)."""
    return _place_bitmap(_draw_text(word, face, size, style), word, size, frame)


def place_in_two_colors(
    word: PlacedWord, face: Typeface, size: int, style: Style, other: Color, frame: tuple[int, int]
) -> tuple[Overlay, Overlay]:
    """Draw ``word`` as ``place_word`` does, and once more with letters of the colour ``other``."""
    bitmap = _draw_text(word, face, size, style)
    both = bitmap, recolor_letters(bitmap, style.fill, other)
    first, second = (_place_bitmap(one, word, size, frame) for one in both)
    return first, second


def _draw_text(word: PlacedWord, face: Typeface, size: int, style: Style) -> TextBitmap:
    # without letters from right to left, the direction of its line counts for no word but one of marks and digits
    return draw_lines([word.token.text], face, size, style, align="start", is_rtl=word.is_rtl)


def _place_bitmap(bitmap: TextBitmap, word: PlacedWord, size: int, frame: tuple[int, int]) -> Overlay:
    x = round(word.x) - bitmap.inset
    y = round(word.baseline) - round(bitmap.inset + size * bitmap.heights.ascent)
    return crop_to_frame(bitmap.rgba, x, y, *frame)


def _is_latin(tokens: Sequence[Token]) -> bool:
    return all(ord(c) < 0x250 or not c.isalpha() for token in tokens for c in token.text)


def _move_to_middle(block: Block, area: SafeArea) -> Block:
    """Return ``block`` in the middle of ``area``."""
    down = (area.top + area.bottom - block.top - block.bottom) / 2
    words = tuple(replace(word, baseline=word.baseline + down) for word in block.words)
    return replace(block, words=words, top=block.top + down, bottom=block.bottom + down)


def _draw_print(word: PlacedWord, face: Typeface, size: int, frame: tuple[int, int]) -> Overlay:
    """Draw ``word`` narrow and a little soft."""
    bitmap = _draw_text(word, face, size, _BRAT)
    letters = bitmap.letters
    narrow = round(letters.shape[1] * _BRAT_WIDTH), letters.shape[0]
    mask = blur_mask(np.asarray(cv2.resize(letters, narrow, interpolation=cv2.INTER_AREA), np.uint8), size * _BRAT_BLUR)
    rgba = np.empty((*mask.shape, 4), np.uint8)
    rgba[..., :3] = WHITE
    rgba[..., 3] = mask
    x = round(word.x - bitmap.inset * _BRAT_WIDTH)
    y = round(word.baseline) - round(bitmap.inset + size * bitmap.heights.ascent)
    return crop_to_frame(rgba, x, y, *frame)
