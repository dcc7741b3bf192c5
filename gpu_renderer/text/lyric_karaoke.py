"""Draw lines of karaoke: a word is coloured cluster by cluster, so that no conjunct is ever in two colours."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from gpu_renderer.core.frame import Bytes
from gpu_renderer.text.bidi import has_right_to_left
from gpu_renderer.text.fonts import Typeface
from gpu_renderer.text.line_layout import measure_line
from gpu_renderer.text.lyric_layout import PlacedWord, SafeArea, Token, find_safe_area, fit_block
from gpu_renderer.text.lyric_words import PLAIN_SHAPE, find_lyric_face, fit_heights, place_in_two_colors
from gpu_renderer.text.overlay import Overlay
from gpu_renderer.text.text_renderer import (
    Color,
    Style,
    cover_pixels,
)
from sutradhar.domain.language.tags import Language
from sutradhar.domain.text.text import split_graphemes

SUNG: Color = (255, 193, 48)
_UNSUNG: Color = (255, 255, 255)
_STYLE = Style(fill=_UNSUNG, outline=(14, 12, 40), outline_width=0.07, shadow_opacity=0.6, shadow_blur=0.16)
_EM, _EM_UPRIGHT = 0.086, 0.092
"""Sizes of the letters as a share of the frame's short side."""
_LINES, _LINES_UPRIGHT = 2, 3
_GAP = 0.25
"""Ems between the line that is sung and the next one."""


class KaraokeWord:
    """A word, white at first, that takes the colour of ``SUNG`` from cluster to cluster."""

    def __init__(self, placed: PlacedWord, face: Typeface, size: int, frame: tuple[int, int]) -> None:
        self.word = placed.token.word
        self._placed, self._face, self._size = placed, face, size
        self.unsung, self.sung = place_in_two_colors(placed, face, size, _STYLE, SUNG, frame)
        self._clusters = split_graphemes(placed.token.text)
        self._owners: NDArray[np.int16] | None = None

    @property
    def shares(self) -> tuple[float, ...]:
        """The places at which the clusters begin, as shares of the word's width."""
        whole = max(measure_line(self._placed.token.text, self._face, self._size), 1.0)
        starts = ["".join(self._clusters[:i]) for i in range(len(self._clusters))]
        shares = [measure_line(text, self._face, self._size) / whole if text else 0.0 for text in starts]
        # a letter of Arabic may become narrower with the one that follows
        return tuple(accumulate(shares, max) if has_right_to_left(self._placed.token.text) else shares)

    def fill(self, done: int, share: float) -> Overlay:
        """Draw the word with its first ``done`` clusters in the colour of ``SUNG``, and the next one changed by
        ``share``."""
        if self._owners is None:
            self._owners = self._find_owners()
        white, gold = self.unsung.rgba, self.sung.rgba
        rgba: Bytes = np.where((self._owners < done)[..., None], gold, white)
        if share > 0:
            current = self._owners == done
            mixed = white[current].astype(np.float32) * (1 - share) + gold[current] * np.float32(share)
            rgba[current] = np.rint(mixed).astype(np.uint8)
        return Overlay(self.unsung.x, self.unsung.y, rgba)

    def _find_owners(self) -> NDArray[np.int16]:
        """Return for each pixel the number of the cluster that covers most of it."""
        rows, columns = self.unsung.rgba.shape[:2]
        if has_right_to_left(self._placed.token.text):
            return self._divide_from_right(rows, columns)
        start = (round(self._placed.x) - self.unsung.x, round(self._placed.baseline) - self.unsung.y)
        owners = np.zeros((rows, columns), np.int16)
        highest = before = np.zeros((rows, columns), np.uint8)
        for i in range(len(self._clusters)):
            text = "".join(self._clusters[: i + 1])
            covered = cover_pixels([text], [start], (columns, rows), self._face, self._size, 0.0)
            own = np.maximum(covered, before) - before
            owners[own > highest] = i
            highest, before = np.maximum(highest, own), covered
        return owners

    def _divide_from_right(self, rows: int, columns: int) -> NDArray[np.int16]:
        """Return for each pixel the number of the cluster at its distance from the right end of the word. Letters of
        Arabic change, and in Nastaliq move, with those that follow, so the beginning of a word cannot be drawn alone.
        """
        placed = self._placed
        right = round(placed.x + placed.advance) - self.unsung.x
        shares = (right - np.arange(columns)) / max(placed.advance, 1.0)
        owners = np.clip(np.searchsorted(self.shares, shares, side="right") - 1, 0, len(self._clusters) - 1)
        return np.broadcast_to(owners.astype(np.int16), (rows, columns)).copy()


class KaraokeBlock:
    """A lyric line as a block of words that can be filled; ``drop`` is the even number of pixels by which it stands
    lower while another line is sung."""

    def __init__(self, tokens: Sequence[Token], width: int, height: int, language: Language | None = None) -> None:
        face, area = find_lyric_face("karaoke", tokens, language), find_safe_area(width, height)
        shape = fit_heights(PLAIN_SHAPE, tokens, face)
        max_lines = _LINES if width > height else _LINES_UPRIGHT
        largest = min(width, height) * (_EM_UPRIGHT if width < height else _EM)
        room = largest * (shape.ascent + shape.descent + shape.pitch * (max_lines - 1))
        gap = _GAP * largest
        upper = SafeArea(area.left, area.bottom - 2 * room - gap, area.right, area.bottom - room - gap)
        block = fit_block(tokens, face, shape, area=upper, largest=largest, max_lines=max_lines)
        self.words = [KaraokeWord(word, face, block.size, (width, height)) for word in block.words]
        self.drop = round((block.bottom - block.top + gap) / 2) * 2
