"""Break the words of a lyric line into lines, choose their size, and give each word its place on the frame.

Each word is placed by its own advance, so that it can be drawn, moved and coloured alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gpu_renderer.text.fonts import Typeface
from gpu_renderer.text.placement import choose_placement
from gpu_renderer.text.text_renderer import measure_line
from sutradhar.domain.text.line_breaks import is_bound

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


@dataclass(frozen=True)
class PlacedWord:
    """A word that begins at ``x`` pixels on the line ``baseline`` pixels below the top of the frame."""

    token: Token
    x: float
    baseline: float
    advance: float
    line: int


@dataclass(frozen=True)
class Block:
    """Placed words, with ``size`` pixels to the em, in the order in which they are sung."""

    words: tuple[PlacedWord, ...]
    size: int
    top: float
    bottom: float


def split_tokens(words: Sequence[str], change: Callable[[str], str] = str) -> list[Token]:
    """Return the texts of ``words``, each passed through ``change``; empty words have none."""
    return [Token(text, i) for i, word in enumerate(words) for text in change(word).split()]


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
    best: tuple[float, list[list[int]]] = (0.0, [])
    for count in range(1, max_lines + 1):
        lines = _break_evenly(widths, glued, shape.space, count)
        widest = max(0.1, *(_measure(widths, line, shape.space) for line in lines))
        high = shape.ascent + shape.descent + shape.pitch * (len(lines) - 1)
        size = min(area.width / widest, area.height / high, largest)
        if size > best[0] * 1.001:  # of two ways with about the same size, the one with fewer lines
            best = size, lines
        if len(lines) < count:
            break
    size, lines = max(int(best[0]), 1), best[1]
    return _place(tokens, widths, lines, size, shape, area, middle)


def _place(
    tokens: Sequence[Token],
    widths: Sequence[float],
    lines: Sequence[Sequence[int]],
    size: int,
    shape: Shape,
    area: SafeArea,
    middle: float | None,
) -> Block:
    high = size * (shape.ascent + shape.descent + shape.pitch * (len(lines) - 1))
    top = area.bottom - high if middle is None else min(max(middle - high / 2, area.top), area.bottom - high)
    words = []
    for number, line in enumerate(lines):
        x = (area.left + area.right - size * _measure(widths, line, shape.space)) / 2
        for i in line:
            baseline = top + size * (shape.ascent + shape.pitch * number)
            words.append(PlacedWord(tokens[i], x, baseline, size * widths[i], number))
            x += size * (widths[i] + shape.space)
    return Block(tuple(words), size, top, top + high)


def _measure(widths: Sequence[float], line: Sequence[int], space: float) -> float:
    return sum(widths[i] for i in line) + space * (len(line) - 1)


def _break_evenly(widths: Sequence[float], glued: Sequence[bool], space: float, count: int) -> list[list[int]]:
    """Return the numbers of the words of at most ``count`` lines whose widest is as narrow as it can be."""
    low, high = max(widths), sum(widths) + space * (len(widths) - 1)
    best = _fill(widths, glued, space, high)
    for _ in range(_HALVINGS):
        limit = (low + high) / 2
        lines = _fill(widths, glued, space, limit)
        if len(lines) <= count:
            high, best = limit, lines
        else:
            low = limit
    return best


def _fill(widths: Sequence[float], glued: Sequence[bool], space: float, limit: float) -> list[list[int]]:
    """Return lines of at most ``limit`` ems; only words that belong together may be wider."""
    lines, used = [[0]], widths[0]
    for i in range(1, len(widths)):
        used += space + widths[i]
        if glued[i - 1] or used <= limit + 1e-9:
            lines[-1].append(i)
        else:
            lines.append([i])
            used = widths[i]
    return lines
