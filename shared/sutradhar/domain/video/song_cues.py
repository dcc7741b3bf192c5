"""Show the words of a song line by line: each line from shortly before its first word to shortly after its last."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.text.line_breaks import is_bound
from sutradhar.domain.text.text import split_graphemes
from sutradhar.domain.text.words import find_gap, join_words, split_words
from sutradhar.domain.video.caption_lines import PAUSES, STOPS, LineLimits, break_lines, cut_word, find_limits
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import LyricCue, LyricWordCue

MAX_SCREEN = 64
"""The most characters (grapheme clusters) that one screen shows, in languages of 42 characters a line."""
_SCREEN_LINES = MAX_SCREEN / 42
LEAD_SEC = 0.3
"""Seconds before its first word at which a line appears, if the line before it is over."""
_LINGER_SEC = 0.6
_GAP_SEC = 1.2
"""A shorter gap between two lines only flickers: the first one stays until the next."""
_MIN_SEC = 1.0


@dataclass(frozen=True)
class _Piece:
    """A word, or a part of one that is longer than a line, in frames."""

    text: str
    start: int
    end: int


def build_lyric_cues(words: Sequence[Word], line_ends: Sequence[int], fps: int, frames: int) -> tuple[LyricCue, ...]:
    """Return the lines of a song of ``frames`` frames. Words outside the song are left out.

    Args:
        words: with times in seconds from the start of the song, in any order.
        line_ends: the numbers, from 0, of the words that end a line.
    """
    lines = sorted(_read_lines(words, line_ends, fps, frames), key=lambda line: line[0].start)
    screens = [screen for line in lines for screen in _split_line(line)][:frames]
    starts = _spread([screen[0].start for screen in screens], frames)
    cues: list[LyricCue] = []
    for number, (screen, first) in enumerate(zip(screens, starts, strict=True)):
        limit = starts[number + 1] if number + 1 < len(starts) else frames
        start = min(max(cues[-1].end if cues else 0, first - round(LEAD_SEC * fps)), first)
        over = min(max(piece.end for piece in screen), limit)
        end = max(over + round(_LINGER_SEC * fps), start + round(_MIN_SEC * fps))
        if number + 1 < len(starts):
            # the next line comes before its first word, and no line leaves while it is sung
            following = max(over, limit - round(LEAD_SEC * fps))
            end = following if limit - end < _GAP_SEC * fps else min(end, following)
        end = max(min(end, limit), start + 1)
        cues.append(LyricCue(start=start, end=end, words=tuple(_fit_words(screen, first, end))))
    return tuple(cues)


def build_caption_cues(lyrics: Sequence[LyricCue]) -> tuple[Cue, ...]:
    """Return the lines of a song as captions for files beside the video."""
    cues = []
    for lyric in lyrics:
        lines = tuple(break_lines(lyric.text))
        whole = len(split_words(join_words(lines))) == len(lyric.words)
        starts = tuple(word.start for word in lyric.words) if whole else ()
        cues.append(Cue(start=lyric.start, end=lyric.end, lines=lines, word_starts=starts))
    return tuple(cues)


def find_lyric_problem(cues: Sequence[LyricCue], frames: int) -> str:
    """Return the first fault in the lines of a video of ``frames`` frames; empty if there is none."""
    end = 0
    for number, cue in enumerate(cues, 1):
        if not end <= cue.start < cue.end <= frames:
            return f"line {number} is at frames {cue.start}-{cue.end} of {frames}, and the line before ends at {end}"
        if any(not cue.start <= word.start < word.end <= cue.end for word in cue.words):
            return f"a word of line {number} lies outside frames {cue.start}-{cue.end}"
        end = cue.end
    return ""


def is_heard(word: Word, seconds: float) -> bool:
    """Return whether a part of ``word`` lies inside a song of ``seconds``."""
    return math.isfinite(word.start + word.end) and word.start < seconds and max(word.start, word.end) >= 0


def _read_lines(words: Sequence[Word], line_ends: Sequence[int], fps: int, frames: int) -> Iterator[list[_Piece]]:
    """Yield the lines with a word inside the song; inside a line no word begins before the one before it."""
    ends, line = frozenset(line_ends), list[_Piece]()
    for number, word in enumerate(words):
        if is_heard(word, frames / fps):
            line += _read_word(word, line[-1].start if line else 0, fps, frames)
        if line and (number in ends or number + 1 == len(words)):
            yield [_drop_gap(*pair) for pair in zip(line, [*line[1:], None], strict=True)]
            line = []


def _drop_gap(piece: _Piece, following: _Piece | None) -> _Piece:
    """Return ``piece`` without a space after it, unless there would be none between it and ``following``."""
    bare = piece.text.rstrip(" ")
    return piece if following and find_gap(bare, following.text) == "" else replace(piece, text=bare)


def _read_word(word: Word, earliest: int, fps: int, frames: int) -> Iterator[_Piece]:
    start = min(max(round(word.start * fps), earliest, 0), frames - 1)
    end = min(max(round(word.end * fps), start + 1), frames)
    text = join_words(split_words(word.text))
    if not text:
        return
    limits = find_limits(text)
    parts, total, at = cut_word(text, limits.chars, limits), max(len(split_graphemes(text)), 1), 0
    for number, part in enumerate(parts):
        letters = len(split_graphemes(part))
        first, last = (start + (end - start) * n // total for n in (at, at + letters))
        gap = " " if word.text.endswith(" ") and number == len(parts) - 1 else ""
        yield _Piece(part + gap, first, max(last, first + 1))
        at += letters


def _split_line(line: list[_Piece]) -> Iterator[list[_Piece]]:
    """Yield the screens of a line: one, or as few of even length as it needs, with breaks where the singer breathes."""
    limits = find_limits(join_words(piece.text for piece in line))
    longest, width = limits.chars * _SCREEN_LINES, _measure(line, limits)
    if width <= longest or len(line) == 1:
        yield line
        return
    target = width / math.ceil(width / longest)

    def rate(cut: int) -> tuple[bool, float]:
        """Return the cost of a break before word ``cut``: too long a screen first, then an odd place."""
        size, last = _measure(line[:cut], limits), line[cut - 1]
        mark = last.text.rstrip()[-1:]
        cost = abs(size - target) / target
        cost -= 0.4 if mark in STOPS else 0.25 if mark in PAUSES else 0.0
        cost -= 0.2 * (line[cut].start - last.end > 0.25 * (last.end - last.start))
        return size > longest, cost + 2.0 * is_bound(last.text.rstrip(), line[cut].text)

    best = min(range(1, len(line)), key=rate)
    yield line[:best]
    yield from _split_line(line[best:])


def _measure(line: Sequence[_Piece], limits: LineLimits) -> float:
    gaps = sum(limits.measure(find_gap(a.text, b.text)) for a, b in pairwise(line))
    return sum(limits.measure(piece.text) for piece in line) + gaps


def _spread(starts: Sequence[int], frames: int) -> list[int]:
    """Return ``starts``, which rise, with at least a frame for each of them."""
    spread: list[int] = []
    for start in starts:
        spread.append(max(start, spread[-1] + 1 if spread else 0))
    for number in reversed(range(len(spread))):
        spread[number] = min(spread[number], frames - (len(spread) - number))
    return spread


def _fit_words(screen: Sequence[_Piece], first: int, end: int) -> Iterator[LyricWordCue]:
    for piece in screen:
        start = min(max(piece.start, first), end - 1)
        yield LyricWordCue(text=piece.text, start=start, end=max(min(piece.end, end), start + 1))
