"""Break the words of a lyric line into lines, choose their size, and give each word its place on the frame.

Each word is placed by its own advance, so that it can be drawn, moved and coloured alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gpu_renderer.text.bidi import find_levels, has_right_to_left, order_by_level, runs_right_to_left
from gpu_renderer.text.fonts import Typeface
from gpu_renderer.text.line_heights import LineHeights
from gpu_renderer.text.line_layout import measure_line
from gpu_renderer.text.placement import choose_placement
from sutradhar.domain.text.line_breaks import is_bound
from sutradhar.domain.text.words import find_gap

_MEASURED_EM = 200
"""Pixels to the em at which words are measured."""
_SPACE = 0.27
"""Ems between two words of a line."""
_HALVINGS = 24
"""Steps of the search for the narrowest lines: a millionth of the whole width."""


@dataclass(frozen=True)
class Token:
    """A text without spaces, and the number of the word of the lyrics that it belongs to."""

    text: str
    word: int
    is_spaced: bool = False
    """True: a space follows it, also if it stands beside a phrase of Japanese or Chinese."""


@dataclass(frozen=True)
class SafeArea:
    """The part of a frame, in pixels, that is free for lyrics."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Shape:
    """The form of a block of lines. Lengths are in ems.

    ``ascent`` and ``descent``: the space above the first baseline and below the last one. ``pitch``: the distance of
    two baselines. ``letter_width``: the width of the letters, as a share of their natural width.
    """

    ascent: float
    descent: float
    pitch: float
    letter_width: float = 1.0
    space: float = _SPACE

    def with_heights(self, heights: LineHeights) -> "Shape":
        """Return the form with lines that are as high as ``heights`` at least."""
        more = heights.ascent - self.ascent + heights.descent - self.descent
        if more <= 0:
            return self
        return replace(self, ascent=heights.ascent, descent=heights.descent, pitch=self.pitch + more)


@dataclass(frozen=True)
class PlacedWord:
    """A word that begins at ``x`` pixels on the line ``baseline`` pixels below the top of the frame."""

    token: Token
    x: float
    baseline: float
    advance: float
    line: int
    is_rtl: bool = False
    """True: its line begins at the right."""


@dataclass(frozen=True)
class Block:
    """Placed words, with ``size`` pixels to the em, in the order in which they are sung."""

    words: tuple[PlacedWord, ...]
    size: int
    top: float
    bottom: float


def split_tokens(words: Sequence[str], change: Callable[[str], str] = str) -> list[Token]:
    """Return the texts of ``words``, each passed through ``change``; empty words have none."""
    tokens = []
    for i, word in enumerate(words):
        *parts, last = change(word).split() or [""]
        tokens += [Token(part, i, is_spaced=True) for part in parts]
        tokens += [Token(last, i, is_spaced=word.endswith(" "))] if last else []
    return tokens


def find_safe_area(width: int, height: int) -> SafeArea:
    """Return the part of a ``width`` x ``height`` frame that neither a player nor an app covers with its controls."""
    place = choose_placement(width, height)
    side = (1 - place.caption_width) / 2 * width
    return SafeArea(side, place.title_top * height, width - side, (1 - place.caption_bottom) * height)


def fit_block(
    tokens: Sequence[Token],
    face: Typeface,
    shape: Shape,
    *,
    area: SafeArea,
    largest: float,
    max_lines: int,
    middle: float | None = None,
) -> Block:
    """Return ``tokens`` broken so that they are as large as ``area`` allows; no word is cut.

    Args:
        largest: the size in pixels to the em that is never exceeded.
        middle: the height of the block's middle in pixels; None: the block stands on the lower edge of ``area``.
    """
    widths = [measure_line(token.text, face, _MEASURED_EM) / _MEASURED_EM * shape.letter_width for token in tokens]
    glued = [is_bound(a.text, b.text) for a, b in pairwise(tokens)]
    spaced = [*(a.is_spaced or bool(find_gap(a.text, b.text)) for a, b in pairwise(tokens)), True]
    rows = _Rows(widths, glued, spaced, shape.space)
    best: tuple[float, list[list[int]]] = (0.0, [])
    for count in range(1, max_lines + 1):
        lines = rows.break_evenly(count)
        widest = max(0.1, *map(rows.measure, lines))
        high = shape.ascent + shape.descent + shape.pitch * (len(lines) - 1)
        size = min(area.width / widest, area.height / high, largest)
        if size > best[0] * 1.001:  # of two ways with about the same size, the one with fewer lines
            best = size, lines
        if len(lines) < count:
            break
    size, lines = max(int(best[0]), 1), best[1]
    is_rtl = runs_right_to_left(" ".join(token.text for token in tokens), face.language)
    return _place(tokens, rows, lines, size, shape, area, middle, is_rtl=is_rtl)


def _place(
    tokens: Sequence[Token],
    rows: "_Rows",
    lines: Sequence[Sequence[int]],
    size: int,
    shape: Shape,
    area: SafeArea,
    middle: float | None,
    *,
    is_rtl: bool,
) -> Block:
    high = size * (shape.ascent + shape.descent + shape.pitch * (len(lines) - 1))
    top = area.bottom - high if middle is None else min(max(middle - high / 2, area.top), area.bottom - high)
    words: dict[int, PlacedWord] = {}
    for number, line in enumerate(lines):
        x = (area.left + area.right - size * rows.measure(line)) / 2
        baseline = top + size * (shape.ascent + shape.pitch * number)
        order = _order_words([tokens[i].text for i in line], is_rtl=is_rtl)
        for i in (line[at] for at in order):
            words[i] = PlacedWord(tokens[i], x, baseline, size * rows.widths[i], number, is_rtl=is_rtl)
            x += size * (rows.widths[i] + (shape.space if rows.spaced[i] else 0))
    return Block(tuple(words[i] for line in lines for i in line), size, top, top + high)


def _order_words(texts: Sequence[str], *, is_rtl: bool) -> list[int]:
    """Return the numbers of the words of a line from left to right."""
    if not is_rtl and not any(has_right_to_left(text) for text in texts):
        return list(range(len(texts)))
    levels = find_levels(" ".join(texts), is_rtl=is_rtl)
    starts = [sum(len(text) + 1 for text in texts[:i]) for i in range(len(texts))]
    return order_by_level([min(levels[at : at + len(text)]) for at, text in zip(starts, texts, strict=True)])


@dataclass(frozen=True)
class _Rows:
    """Break words into lines. Lengths are in ems."""

    widths: Sequence[float]
    glued: Sequence[bool]
    """True for a word that must stand beside the next one."""
    spaced: Sequence[bool]
    """True for a word with a space after it: phrases of Japanese and Chinese have none."""
    space: float

    def measure(self, line: Sequence[int]) -> float:
        """Return the width of a line of the words with these numbers."""
        return sum(self.widths[i] for i in line) + self.space * sum(self.spaced[i] for i in line[:-1])

    def break_evenly(self, count: int) -> list[list[int]]:
        """Return the numbers of the words of at most ``count`` lines whose widest is as narrow as it can be."""
        low, high = max(self.widths), self.measure(range(len(self.widths)))
        best = self._fill(high)
        for _ in range(_HALVINGS):
            limit = (low + high) / 2
            lines = self._fill(limit)
            if len(lines) <= count:
                high, best = limit, lines
            else:
                low = limit
        return best

    def _fill(self, limit: float) -> list[list[int]]:
        """Return lines of at most ``limit`` ems; only words that belong together may be wider."""
        lines, used = [[0]], self.widths[0]
        for i in range(1, len(self.widths)):
            used += (self.space if self.spaced[i - 1] else 0) + self.widths[i]
            if self.glued[i - 1] or used <= limit + 1e-9:
                lines[-1].append(i)
            else:
                lines.append([i])
                used = self.widths[i]
        return lines
