"""Draw words as if a hand had written them with a brush.

The letters are those of a font; no line stays straight: each word has a slope and a height of its own, its strokes
waver, their edges are rough, and the ink is uneven. The headline of Devanagari joins its letters, so a word is bent as
a whole, and no letter is moved alone.
"""

import math
import zlib
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from gpu_renderer.text.bidi import find_line_levels, runs_right_to_left
from gpu_renderer.text.fonts import Typeface
from gpu_renderer.text.line_heights import ASCENT, DESCENT, find_heights
from gpu_renderer.text.lyric_layout import PlacedWord, SafeArea, Shape, Token, find_safe_area, fit_block
from gpu_renderer.text.lyric_words import DrawnWord, find_lyric_face, fit_heights
from gpu_renderer.text.overlay import Overlay, crop_to_frame
from gpu_renderer.text.text_renderer import (
    Color,
    blur_mask,
    cover_pixels,
    flatten_layers,
)
from sutradhar.domain.language.tags import Language

Field = NDArray[np.float32]

SLANT = 0.24
"""Pixels to the right for each pixel upwards: the slope of the pen's strokes."""
_INK: Color = (255, 252, 244)
_SHADE: Color = (16, 10, 20)
_BLUR, _RIM = 0.08, 0.016
"""Ems: the standard deviation of the shadow, and the dark rim that keeps white letters legible on a white image."""
_EM = 0.15
"""Size of the letters as a share of the frame's short side."""
_MARGIN = 0.22
"""Ems that are kept free at each side of the words, since they lean and waver."""
_SHAPE = Shape(ASCENT, DESCENT, 1.3, space=0.24)
_SHEAR = 0.14
"""The lean of Devanagari, in pixels for each pixel upwards; the Latin letters lean by themselves."""
_TURN = 0.022
"""The largest slope of a word, in radians."""
_LIFT = 0.035
"""Ems by which a word may stand above or below the line."""
_WAVER, _WAVE = 0.013, 0.42
"""Ems: how far strokes waver, and the length of a wave."""
_TREMBLE, _GRAIN = 0.0045, 0.05
"""The same for the edge of the strokes."""


def draw_handwritten(
    tokens: Sequence[Token], width: int, height: int, language: Language | None = None
) -> list[DrawnWord]:
    """Draw the words in the middle of the frame."""
    face, area = find_lyric_face("handwritten", tokens, language), find_safe_area(width, height)
    largest = _EM * min(width, height)
    margin = _MARGIN * largest
    inner = SafeArea(area.left + margin, area.top + margin, area.right - margin, area.bottom - margin)
    block = fit_block(
        tokens,
        face,
        fit_heights(_SHAPE, tokens, face),
        area=inner,
        largest=largest,
        max_lines=3 if width > height else 5,
        middle=(inner.top + inner.bottom) / 2,
    )
    return [
        DrawnWord(
            word.token.word,
            _draw_word(word, i, face, block.size, (width, height)),
            is_rtl=runs_right_to_left(word.token.text, language),
        )
        for i, word in enumerate(block.words)
    ]


def _draw_word(word: PlacedWord, index: int, face: Typeface, size: int, frame: tuple[int, int]) -> Overlay:
    text = word.token.text
    random = np.random.default_rng(zlib.crc32(f"{index} {text}".encode()))
    pad = math.ceil(0.5 * size)
    heights = find_heights([text], face)
    canvas = math.ceil(word.advance) + 2 * pad, math.ceil(size * heights.measure(1)) + 2 * pad
    baseline = round(pad + size * heights.ascent)
    letters = cover_pixels(
        [text], [(pad, baseline)], canvas, face, size, 0.0, find_line_levels([text], is_rtl=word.is_rtl)
    )
    bent = _bend(letters, text, baseline, size, random)
    ink = _roughen(bent, size, random)
    reach = max(round(_RIM * size), 1)
    rim = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
    rim = blur_mask(np.asarray(rim, np.uint8), 0.4 * reach)
    shadows = [(_SHADE, blur_mask(rim, _BLUR * size), 0.6), (_SHADE, rim, 0.72)]
    rgba = flatten_layers([*shadows, (_INK, ink, 1.0)], 1.0)
    lift = float(random.uniform(-_LIFT, _LIFT)) * size
    return crop_to_frame(rgba, round(word.x) - pad, round(word.baseline + lift) - baseline, *frame)


def _bend(
    letters: NDArray[np.uint8], text: str, baseline: int, size: int, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return ``letters`` leaning, sloping and wavering."""
    high, wide = letters.shape
    y, x = np.mgrid[:high, :wide].astype(np.float32)
    turn = float(random.uniform(-_TURN, _TURN))
    lean = _SHEAR if any("\u0900" <= c <= "\u097f" for c in text) else 0.0
    from_x = x + lean * (y - baseline + 0.3 * size) + size * _WAVER * _noise((high, wide), size * _WAVE, random)
    from_y = y - turn * (x - wide / 2) + size * _WAVER * _noise((high, wide), size * _WAVE, random)
    from_x += size * _TREMBLE * _noise((high, wide), size * _GRAIN, random)
    from_y += size * _TREMBLE * _noise((high, wide), size * _GRAIN, random)
    bent = cv2.remap(letters, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(bent, np.uint8)


def _roughen(letters: NDArray[np.uint8], size: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return ``letters`` with uneven ink: thin where the brush runs dry."""
    fine = _noise(letters.shape, max(size * 0.02, 2.0), random)
    coarse = _noise(letters.shape, size * 0.3, random)
    ink = np.clip(0.97 + 0.05 * fine + 0.05 * coarse, 0.8, 1.0)
    return np.asarray(np.rint(letters * ink), np.uint8)


def _noise(shape: tuple[int, ...], wave: float, random: np.random.Generator) -> Field:
    """Return smooth noise of about -1 to 1, in waves of ``wave`` pixels."""
    high, wide = shape[:2]
    grid = random.uniform(-1, 1, (math.ceil(high / wave) + 3, math.ceil(wide / wave) + 3)).astype(np.float32)
    return np.asarray(cv2.resize(grid, (wide, high), interpolation=cv2.INTER_CUBIC), np.float32)
