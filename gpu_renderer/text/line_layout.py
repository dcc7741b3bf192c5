"""Lay out one line of text: parts in their fonts, from left to right, each with its place."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from PIL import ImageDraw, ImageFont

from gpu_renderer.text.bidi import find_levels, has_right_to_left, order_by_level, runs_right_to_left
from gpu_renderer.text.font_runs import load_font, split_by_font
from gpu_renderer.text.fonts import FontFile, Typeface
from sutradhar.domain.text.words import locate_words


class Run(NamedTuple):
    """A part of a line in one font and one direction."""

    font: FontFile
    text: str
    start: int
    """The number of its first character in the line."""
    direction: str | None
    """None: no letter of the line is written from right to left."""

    def measure(self, face: Typeface, size: int, characters: int | None = None) -> float:
        """Return the advance of its first ``characters``, or of all, in pixels."""
        return _measure_text(self.text[:characters], self.font, face.scale_size(self.font, size), self.direction)

    def measure_ink(self, face: Typeface, size: int) -> tuple[float, float, float, float]:
        """Return the box of its glyphs around the point at which it begins."""
        return self._load(face, size).getbbox(
            self.text, anchor="ls", direction=self.direction, language=self.font.language or None
        )

    def draw(self, pen: ImageDraw.ImageDraw, at: tuple[float, float], face: Typeface, size: int, stroke: float) -> None:
        """Draw it with its left end at the point ``at`` of the baseline; each glyph is grown by ``stroke`` pixels."""
        pen.text(
            at,
            self.text,
            fill=255,
            font=self._load(face, size),
            anchor="ls",
            stroke_width=stroke,
            direction=self.direction,
            language=self.font.language or None,
        )

    def _load(self, face: Typeface, size: int) -> ImageFont.FreeTypeFont:
        return load_font(self.font, face.scale_size(self.font, size))


@lru_cache(maxsize=4096)
def _measure_text(text: str, font: FontFile, size: float, direction: str | None) -> float:
    # kept, since Pillow takes milliseconds for each word of Nastaliq: it makes HarfBuzz read the font's rules anew
    return load_font(font, size).getlength(text, direction=direction, language=font.language or None)


def split_runs(line: str, face: Typeface, levels: Sequence[int] | None = None) -> list[Run]:
    """Return the runs of ``line`` from left to right.

    Args:
        levels: the embedding level of each character; None: those that it has alone.
    """
    if levels is None:
        if not has_right_to_left(line):
            return list(_split_logically(line, face))
        levels = find_levels(line, is_rtl=runs_right_to_left(line, face.language))
    runs, run_levels = [], []
    for run in _split_logically(line, face):
        at = 0
        for level, group in groupby(levels[run.start : run.start + len(run.text)]):
            length = len(list(group))
            text, direction = run.text[at : at + length], "rtl" if level % 2 else "ltr"
            runs.append(Run(run.font, text, run.start + at, direction))
            run_levels.append(level)
            at += length
    return [runs[i] for i in order_by_level(run_levels)]


def _split_logically(line: str, face: Typeface) -> Iterator[Run]:
    start = 0
    for font, text in split_by_font(line, face):
        yield Run(font, text, start, None)
        start += len(text)


def measure_line(text: str, face: Typeface, size: int, levels: Sequence[int] | None = None) -> float:
    """Return the advance width of one line in pixels at ``size`` pixels to the em."""
    return sum(run.measure(face, size) for run in split_runs(text, face, levels))


def measure_ink(text: str, face: Typeface) -> tuple[float, float]:
    """Return how far the letters of ``text`` reach above and below the baseline, in ems."""
    size = 200
    boxes = [run.measure_ink(face, size) for run in split_runs(text, face)]
    return max(-box[1] for box in boxes) / size, max(box[3] for box in boxes) / size


def find_words(
    line: str,
    face: Typeface,
    size: int,
    levels: Sequence[int] | None = None,
    spans: Sequence[Sequence[int]] | None = None,
) -> list[tuple[float, float]]:
    """Return the left and the right end of each word of ``line``, in pixels from the left end of the line. ``spans``:
    the characters of each word, if other lines tell them too (``locate_words``).

    A word of both directions, such as ``کتاب-book``, may have another one between its parts; its ends enclose that.
    """
    places: list[tuple[Run, float]] = []
    x = 0.0
    for run in split_runs(line, face, levels):
        places.append((run, x))
        x += run.measure(face, size)
    words = []
    for start, end in [span[1:] for span in locate_words([line])] if spans is None else spans:
        ends = [edge for run, left in places for edge in _find_part(run, left, (start, end), face, size)]
        words.append((min(ends), max(ends)))
    return words


def _find_part(
    run: Run, left: float, span: tuple[int, int], face: Typeface, size: int
) -> tuple[float, float] | tuple[()]:
    """Return the ends of the part of ``run`` that belongs to the characters ``span`` of the line."""
    start, end = max(span[0] - run.start, 0), min(span[1] - run.start, len(run.text))
    if start >= end:
        return ()
    before = run.measure(face, size, start) if start else 0.0
    until = run.measure(face, size, end)
    if run.direction != "rtl":
        return left + before, left + until
    right = left + run.measure(face, size)
    return right - until, right - before
