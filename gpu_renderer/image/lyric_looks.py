"""The looks of lyrics that show word after word: clean, handwritten, bold and brat."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from cachetools import LRUCache

from gpu_renderer.core.frame import Bytes, Frame
from gpu_renderer.core.lru_cache import get_or_make
from gpu_renderer.core.segment_lyrics import SegmentLine
from gpu_renderer.image.lyric_timing import FADE_SEC, appear, count_frames, disappear
from gpu_renderer.image.yuv_overlay import Premultiplied, make_premultiplied
from gpu_renderer.text.lyric_hand import SLANT, draw_handwritten
from gpu_renderer.text.lyric_layout import Token, split_tokens
from gpu_renderer.text.lyric_words import (
    POP,
    change_case,
    draw_bold,
    draw_brat,
    draw_clean,
    group_bold,
)
from sutradhar.domain.language.tags import Language

Blend = Callable[[int, Frame], None]
"""Blends a line into a Frame, which shows frame n of the segment."""

_POP_STEPS = (0.86, POP, 1.06, 1.03)
"""The size of a word of ``bold`` in its first frames at ``_POP_FPS`` frames a second."""
_POP_FPS = 30
_WRITTEN_SEC = (0.2, 1.0)
"""The shortest and the longest time in which a word is written."""
LIGHT_ABOVE = 130
"""The luminance, of 255, above which the letters of ``brat`` are black."""
_HYSTERESIS = 24
"""Letters change their colour within a line only if the luminance is so far beyond ``LIGHT_ABOVE``."""


class Clean:
    """Words that appear softly, one after the other."""

    def __init__(self, texts: Sequence[str], size: tuple[int, int], fps: int, language: Language | None) -> None:
        words = draw_clean(split_tokens(texts), *size, language)
        self._words = [(word.word, make_premultiplied(word.overlay)) for word in words]
        self._fade = count_frames(FADE_SEC, fps)

    def open(self, line: SegmentLine) -> Blend:
        """Return what blends ``line`` into a frame."""
        return lambda n, frame: self._blend(line, n, frame)

    def _blend(self, line: SegmentLine, n: int, frame: Frame) -> None:
        away = disappear(line, n, self._fade)
        for number, overlay in self._words:
            if (shown := appear(line.words[number].start, n, self._fade)) > 0:
                overlay.weaken(shown * away).lay(frame)


class Handwritten:
    """Words that are written, in their direction, while they are sung."""

    def __init__(self, texts: Sequence[str], size: tuple[int, int], fps: int, language: Language | None) -> None:
        words = draw_handwritten(split_tokens(texts), *size, language)
        self._words = [
            (word.word, make_premultiplied(word.overlay), _Pen(word.overlay.rgba[..., 3], is_rtl=word.is_rtl))
            for word in words
        ]
        self._parts = Counter(word.word for word in words)
        self._fade, self._fps = count_frames(FADE_SEC * 1.5, fps), fps

    def open(self, line: SegmentLine) -> Blend:
        """Return what blends ``line`` into a frame."""
        return lambda n, frame: self._blend(line, n, frame)

    def _blend(self, line: SegmentLine, n: int, frame: Frame) -> None:
        away = disappear(line, n, self._fade)
        low, high = (count_frames(seconds, self._fps) for seconds in _WRITTEN_SEC)
        before = Counter[int]()
        for number, overlay, pen in self._words:
            word, part = line.words[number], before[number]
            before[number] += 1
            frames = min(max(word.end - word.start, low), high)
            share = (n - word.start + 1) / frames * self._parts[number] - part
            if share >= 1:
                overlay.weaken(away).lay(frame)
            elif n >= word.start and share > 0:
                overlay.mask(pen.draw_mask(share)).weaken(away).lay(frame)


class _Pen:
    """The way of a pen over a word, whose ink covers the share ``alpha`` (0-255) of each pixel."""

    def __init__(self, alpha: Bytes, *, is_rtl: bool) -> None:
        rows, columns = alpha.shape
        y, x = np.ogrid[:rows, :columns]
        across = x - SLANT * (rows - y)
        self._along = (-across if is_rtl else across).astype(np.float32)
        inked = self._along[alpha > 128]
        self._first, self._last = (float(inked.min()), float(inked.max())) if inked.size else (0.0, 1.0)
        self._soft = max(columns * 0.04, 3.0)

    def draw_mask(self, share: float) -> Bytes:
        """Return the weights, 0-255, of the pixels when ``share`` of the word is written."""
        reached = self._first + (self._last - self._first + self._soft) * share
        return np.asarray(np.clip((reached - self._along) / self._soft, 0, 1) * 255, np.uint8)


class Bold:
    """A few large words at a time; the one that is sung is in the accent colour."""

    def __init__(self, texts: Sequence[str], size: tuple[int, int], fps: int, language: Language | None) -> None:
        self._size, self._fade, self._language = size, count_frames(FADE_SEC, fps), language
        self._pop = [_POP_STEPS[i * _POP_FPS // fps] for i in range(count_frames(len(_POP_STEPS) / _POP_FPS, fps))]
        self._groups = group_bold(split_tokens(texts, lambda word: change_case(word, str.upper)), *size, language)
        self._drawn = LRUCache[int, list[_BoldOverlays]](2)

    def open(self, line: SegmentLine) -> Blend:
        """Return what blends ``line`` into a frame."""
        return lambda n, frame: self._blend(line, n, frame)

    def _blend(self, line: SegmentLine, n: int, frame: Frame) -> None:
        starts = [line.words[group[0].word].start for group in self._groups]
        number = bisect_right(starts, n) - 1
        if number < 0:
            return
        words = get_or_make(self._drawn, number, lambda: self._draw(self._groups[number]))
        current = max((word.number for word in words if line.words[word.number].start <= n), default=-1)
        away = disappear(line, n, self._fade)
        for word in words:
            at = n - line.words[word.number].start
            if word.number == current:
                shown = word.current.scale(self._pop[at], word.middle) if at < len(self._pop) else word.current
                shown.weaken(appear(0, at, 2) * away).lay(frame)
            elif at >= 0:
                word.sung.weaken(away).lay(frame)

    def _draw(self, group: Sequence[Token]) -> list["_BoldOverlays"]:
        return [
            _BoldOverlays(one.word, make_premultiplied(one.sung), make_premultiplied(one.current), one.middle)
            for one in draw_bold(group, *self._size, self._language)
        ]


class _BoldOverlays(NamedTuple):
    number: int
    sung: Premultiplied
    current: Premultiplied
    middle: tuple[float, float]


class Brat:
    """Large narrow words, black on a light image and white on a dark one."""

    def __init__(self, texts: Sequence[str], size: tuple[int, int], fps: int, language: Language | None) -> None:
        tokens = split_tokens(texts, lambda word: change_case(word, str.lower))
        words = draw_brat(tokens, *size, language)
        self._numbers = [word.word for word in words]
        self._white = [make_premultiplied(word.overlay) for word in words]
        self._black = [white.blacken() for white in self._white]
        places = [(w.overlay.x, w.overlay.y, *w.overlay.rgba.shape[1::-1]) for w in words]
        self._box = (
            slice(min(y for _, y, _, _ in places), max(y + high for _, y, _, high in places)),
            slice(min(x for x, _, _, _ in places), max(x + wide for x, _, wide, _ in places)),
        )
        self._fade = count_frames(FADE_SEC, fps)

    def open(self, line: SegmentLine) -> Blend:
        """Return the layer of ``line``, which remembers the colour of its letters."""
        is_black: list[bool] = []

        def blend(n: int, frame: Frame) -> None:
            light = measure_luminance(frame, self._box)
            is_black[:] = [choose_black(light, is_black[0] if is_black else None)]
            away = disappear(line, n, self._fade)
            for number, overlay in zip(self._numbers, self._black if is_black[0] else self._white, strict=True):
                if (shown := appear(line.words[number].start, n, self._fade)) > 0:
                    overlay.weaken(shown * away).lay(frame)

        return blend


def measure_luminance(frame: Frame, box: tuple[slice, slice]) -> float:
    """Return the mean luma of the rows and columns ``box`` of ``frame``, 0 (black) to 255 (white)."""
    rows, columns = box
    luma = frame.planes[0][rows, columns][::4, ::4]  # every sixteenth pixel gives the same mean
    return (float(luma.mean()) - 16) * 255 / 219


def choose_black(luminance: float, was_black: bool | None) -> bool:
    """Return whether letters over ``luminance``, 0 to 255, are black.

    Args:
        was_black: the same of the frame before; None for a line's first frame.
    """
    if was_black is None:
        return luminance > LIGHT_ABOVE
    return luminance > LIGHT_ABOVE - _HYSTERESIS if was_black else luminance > LIGHT_ABOVE + _HYSTERESIS
