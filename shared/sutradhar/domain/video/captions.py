"""Captions: cues from word times, and the two files that players read.

A cue has two lines of at most the length that viewers of its language read (``LanguageFacts``), for as long as they
need (Netflix's timed text guide: 5/6 s at least; we round up to 1 s), in every script.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.text.line_breaks import find_line_ends, is_bound, is_item_number
from sutradhar.domain.text.phrases import has_phrases
from sutradhar.domain.text.text import is_right_to_left, split_sentences
from sutradhar.domain.text.words import find_gap, join_words, split_words
from sutradhar.domain.video.caption_lines import (
    PAUSES,
    STOPS,
    LineLimits,
    break_words,
    count_characters,
    cut_word,
    find_last_mark,
    find_limits,
)

MAX_LINES = 2
MIN_SEC = 1.0
MAX_SEC = 7.0

_LINGER_SEC = 0.3
_GAP_SEC = 0.5
"""A shorter gap between two cues only flickers (Netflix: no gap of 3 to 11 frames)."""


class Cue(Frozen):
    """Text on screen from frame ``start`` up to, not including, frame ``end``; one or two lines."""

    start: int
    end: int
    lines: tuple[str, ...]
    word_starts: tuple[int, ...] = ()
    """The frame in which each word of ``lines`` is spoken (``locate_words`` finds them); empty where that is not known
    (a translation, or a word too long for a line)."""
    keeps_lines: bool = False
    """True for the lines of a poem or a list: a narrow video breaks them again, but never joins them."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def build_cues(
    words: Sequence[Word], *, offset: float, fps: int, max_frame: int, line_ends: frozenset[int] = frozenset()
) -> list[Cue]:
    """Return the cues of one narration. ``offset`` is the start of its audio in seconds; every cue ends at frame
    ``max_frame`` or before. ``line_ends``: numbers, from 0, of the words that end the lines of a poem or a list.

    A cue appears with its first word (to the frame) and stays until shortly after its last one, never into the next.
    One that would be gone in less than ``MIN_SEC`` shares its place with a neighbour where both fit.
    """
    limits = find_limits(join_words(word.text for word in words))
    parts = _split_words(words, line_ends, limits)
    at = [round((offset + part.start) * fps) for part in parts]
    cues: list[Cue] = []
    for a, b in _group_words(parts, at, max_frame, fps, limits):
        start = max(at[a], cues[-1].end if cues else 0)
        limit = max(at[b] if b < len(parts) else max_frame, start + 1)
        lines = _break_cue(parts[a:b], limits)
        linger_end = round((offset + parts[b - 1].end + _LINGER_SEC) * fps)
        readable = start + math.ceil(max(MIN_SEC, sum(map(limits.measure, lines)) / limits.chars_per_sec) * fps)
        end = max(linger_end, readable)
        if b < len(parts) and limit - end < _GAP_SEC * fps:
            end = limit
        end = max(min(end, limit, start + round(MAX_SEC * fps)), start + 1)
        starts = tuple(min(max(n, start), end - 1) for n in _find_word_starts(parts[a:b], at[a:b], lines))
        keeps_lines = any(part.ends_line for part in parts[a : b - 1])
        cues.append(Cue(start=start, end=end, lines=tuple(lines), word_starts=starts, keeps_lines=keeps_lines))
    return cues


def build_translated_cues(text: str, words: Sequence[Word], *, offset: float, fps: int, max_frame: int) -> list[Cue]:
    """Return the cues of a translation of ``words``. If both have as many sentences, each keeps its time; otherwise,
    and inside a sentence, time is shared out by length."""
    originals = split_sentences(join_words(w.text for w in words))
    translations = split_sentences(text)
    spans: list[tuple[float, float]] = []
    if len(originals) == len(translations):
        letters = [_count_letters(word.text) for word in words]
        at = done = read = 0
        for sentence in originals:
            first, read = at, read + _count_letters(sentence)
            while at < len(words) and (done < read or at == first):
                done += letters[at]
                at += 1
            spans.append((words[min(first, len(words) - 1)].start, words[at - 1].end))
    else:
        translations = [text]
        spans = [(words[0].start, words[-1].end)]
    shared: list[Word] = []
    all_parts = iter(split_words(text))  # these keep the spaces between two sentences
    for sentence, (start, end) in zip(translations, spans, strict=True):
        parts = list(islice(all_parts, len(split_words(sentence))))
        weight = [count_characters(p) + 1 for p in parts]
        at_sec = start
        for part, share in zip(parts, weight, strict=True):
            until = at_sec + (end - start) * share / sum(weight)
            shared.append(Word(text=part, start=at_sec, end=until))
            at_sec = until
    cues = build_cues(shared, offset=offset, fps=fps, max_frame=max_frame, line_ends=find_line_ends(text))
    return [cue.evolve(word_starts=()) for cue in cues]


def _count_letters(text: str) -> int:
    return sum(not c.isspace() for c in text)


@dataclass(frozen=True)
class _Part:
    """A word, or a piece of one that is longer than a line."""

    text: str
    start: float
    end: float
    whole: bool
    gap: str
    """A space between this one and the next, or nothing."""
    ends_line: bool = False
    binds: bool = False
    """True if the next word must stand beside this one."""

    @property
    def stops(self) -> bool:
        return find_last_mark(self.text) in STOPS and not self.binds


def _split_words(words: Sequence[Word], line_ends: frozenset[int], limits: LineLimits) -> list[_Part]:
    """Return ``words`` as parts that fit a line."""
    parts: list[_Part] = []
    before = ""
    for i, word in enumerate(words):
        following = words[i + 1].text if i + 1 < len(words) else ""
        is_number = is_item_number(word.text, before, limits.abbreviations)
        binds = i not in line_ends and (is_number or is_bound(word.text.rstrip(), following, limits.abbreviations))
        gap = " " if word.text.endswith(" ") else find_gap(word.text, following)
        parts += _split_word(word, gap, ends_line=i in line_ends, binds=binds, limits=limits)
        before = "" if i in line_ends else word.text
    return parts


def _split_word(word: Word, gap: str, *, ends_line: bool, binds: bool, limits: LineLimits) -> Iterator[_Part]:
    pieces = split_words(word.text)
    texts = [
        (piece.rstrip(), find_gap(piece, after) or piece[len(piece.rstrip()) :])
        for piece, after in pairwise([*pieces, ""])
    ]
    texts = [
        (cut, find_gap(cut, after) if after else between)
        for piece, between in texts
        for cut, after in pairwise([*cut_word(piece, limits.chars, limits), ""])
    ]
    letters = sum(count_characters(text) for text, _ in texts)
    at = word.start
    for i, (text, between) in enumerate(texts):
        until, last = at + (word.end - word.start) * count_characters(text) / letters, i == len(texts) - 1
        yield _Part(
            text,
            at,
            until,
            len(texts) == 1,
            gap if last else between,
            ends_line=last and ends_line,
            binds=last and binds,
        )
        at = until


def _break_cue(parts: Sequence[_Part], limits: LineLimits) -> list[str]:
    """Return the caption lines of ``parts``: their own lines if they have any, else lines of even length."""
    own = [""]
    for i, part in enumerate(parts):
        own[-1] += f"{part.text}{part.gap}"
        if part.ends_line and i < len(parts) - 1:
            own.append("")
    lines = [line.rstrip(" ") for line in own]
    return lines if len(lines) > 1 else break_words(lines[0], limits)


def _find_word_starts(parts: Sequence[_Part], at: Sequence[int], lines: Sequence[str]) -> list[int]:
    """Return the frame in which each word of ``lines`` begins; empty if that is not known. The phrases of Japanese and
    Chinese may be others in a line than in the whole text; such a word begins between two of ``at``."""
    if not has_phrases("".join(lines)):
        return list(at) if all(part.whole for part in parts) else []
    frames = [
        first + (end - first) * n // letters
        for part, first, end in zip(parts, at, [*at[1:], at[-1]], strict=True)
        for letters in [_count_letters(part.text)]
        for n in range(letters)
    ]
    done, starts = 0, list[int]()
    for word in split_words(join_words(lines)):
        starts.append(frames[done])
        done += _count_letters(word)
    return starts


def _group_words(
    parts: Sequence[_Part], at: Sequence[int], max_frame: int, fps: int, limits: LineLimits
) -> list[tuple[int, int]]:
    """Group the words into cues at the least cost over the whole narration (dynamic programming, from its end)."""
    widths = [limits.measure(part.text) for part in parts]
    gaps = [limits.measure(part.gap) for part in parts]
    cheapest = [0.0] * (len(parts) + 1)
    ends = [0] * len(parts)
    for a in reversed(range(len(parts))):
        cheapest[a] = math.inf
        for b in range(a + 1, len(parts) + 1):
            if b > a + 1 and not _fits(parts[a:b], limits):
                break
            seconds = ((at[b] if b < len(parts) else max_frame) - at[a]) / fps
            following = parts[b] if b < len(parts) else None
            width = sum(widths[a:b]) + sum(gaps[a : b - 1])
            cost = _rate_cue(parts[a:b], following, width, seconds, limits) + cheapest[b]
            if cost < cheapest[a]:
                cheapest[a], ends[a] = cost, b
    groups: list[tuple[int, int]] = []
    while not groups or groups[-1][1] < len(parts):
        start = groups[-1][1] if groups else 0
        if start == len(parts):
            break
        groups.append((start, ends[start]))
    return groups


def _fits(parts: Sequence[_Part], limits: LineLimits) -> bool:
    lines = _break_cue(parts, limits)
    shown = len(lines) <= MAX_LINES and all(limits.measure(line) <= limits.chars for line in lines)
    return shown and parts[-1].end - parts[0].start <= MAX_SEC


def _rate_cue(
    parts: Sequence[_Part], following: _Part | None, width: float, seconds: float, limits: LineLimits
) -> float:
    """Return the cost of showing ``parts`` as one cue for at most ``seconds``. By weight it counts: words apart that
    belong together, a cue that vanishes too soon, sentences that share a cue and broken lines of poems, too little
    time to read, a bad place to break, and last the number of cues and their uneven filling."""
    cost = 1.0 + 2.0 * (width / (limits.chars * MAX_LINES)) ** 2
    cost += 1000.0 * (seconds < MIN_SEC) + 1.5 * max(width / limits.chars_per_sec - seconds, 0.0)
    cost += 10.0 * sum(part.stops and not part.ends_line for part in parts[:-1])
    last = parts[-1]
    if following and not last.stops and not last.ends_line:
        pause = min(max(following.start - last.end, 0.0), 0.5)
        cost += 1.5 - 2.0 * pause - (0.9 if find_last_mark(last.text) in PAUSES else 0.0)
        cost += 10_000.0 * last.binds + 6.0 * any(part.ends_line for part in (*parts, following))
    return cost + (0.8 if len(parts) < 3 else 0.0)


def format_srt(cues: Sequence[Cue], fps: int) -> str:
    """Return ``cues`` as SubRip: for UTF-8, without CRLF, numbered from 1."""
    blocks = (
        f"{i}\n{_format_time(c.start, fps, ',')} --> {_format_time(c.end, fps, ',')}\n{_direct_lines(c.lines)}\n"
        for i, c in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def format_webvtt(cues: Sequence[Cue], fps: int, language: str) -> str:
    """Return ``cues`` as WebVTT (W3C), with ``&``, ``<`` and ``>`` escaped, which are markup there."""
    blocks = [f"WEBVTT\nLanguage: {language}\n"]
    for cue in cues:
        text = _direct_lines(cue.lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_format_time(cue.start, fps, '.')} --> {_format_time(cue.end, fps, '.')}\n{text}\n")
    return "\n".join(blocks)


def _direct_lines(lines: Sequence[str]) -> str:
    """Return ``lines`` as players order them right. Many lay out every line from left to right, so a line of a text
    that is written from right to left stands between the marks RLE and PDF (UAX #9); without them its full stop and the
    Latin words in it stand at the wrong end."""
    if not is_right_to_left(" ".join(lines)):
        return "\n".join(lines)
    return "\n".join(f"\u202b{line}\u202c" for line in lines)


def _format_time(frame: int, fps: int, mark: str) -> str:
    ms = round(frame * 1000 / fps)
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{ms:03d}"
