"""Captions: cues from word times, and the two files that players read.

Line length and reading speed follow Netflix's timed text guide (English and Hindi: 42 characters a line, two lines, at
most 17 characters a second, 5/6 s at least; we round up to 1 s). Characters are grapheme clusters, so a Devanagari
conjunct counts once.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.text.line_breaks import find_line_ends, is_bound, is_item_number
from sutradhar.domain.text.text import split_graphemes, split_sentences

MAX_LINE = 42
MAX_LINES = 2
MIN_SEC = 1.0
MAX_SEC = 7.0
MAX_CHARS_PER_SEC = 17.0

_LINGER_SEC = 0.3
_GAP_SEC = 0.5
"""A shorter gap between two cues only flickers (Netflix: no gap of 3 to 11 frames)."""

_STOPS = ".!?।॥…"
_PAUSES = ",;:—–"


class Cue(Frozen):
    """Text on screen from frame ``start`` up to, not including, frame ``end``; one or two lines."""

    start: int
    end: int
    lines: tuple[str, ...]
    word_starts: tuple[int, ...] = ()
    """The frame in which each word of ``lines`` is spoken; empty where that is not known (a translation, or a word too
    long for a line)."""
    keeps_lines: bool = False
    """True for the lines of a poem or a list: a narrow video breaks them again, but never joins them."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def count_characters(text: str) -> int:
    """Return the number of characters as a reader counts them (grapheme clusters)."""
    return len(split_graphemes(text))


def build_cues(
    words: Sequence[Word], *, offset: float, fps: int, max_frame: int, line_ends: frozenset[int] = frozenset()
) -> list[Cue]:
    """Return the cues of one narration. ``offset`` is the start of its audio in seconds; every cue ends at frame
    ``max_frame`` or before. ``line_ends``: numbers, from 0, of the words that end the lines of a poem or a list.

    A cue appears with its first word (to the frame) and stays until shortly after its last one, never into the next.
    One that would be gone in less than ``MIN_SEC`` shares its place with a neighbour where both fit.
    """
    following = [*(word.text for word in words[1:]), ""][: len(words)]
    before = ["", *("" if i in line_ends else word.text for i, word in enumerate(words))]
    numbers = {i for i, word in enumerate(words) if is_item_number(word.text, before[i])}
    parts = [
        part
        for i, (word, next_text) in enumerate(zip(words, following, strict=True))
        for part in _split_word(word, next_text, i in line_ends, numbers=i in numbers)
    ]
    at = [round((offset + part.start) * fps) for part in parts]
    groups = _group_words(parts, at, max_frame, fps)
    cues: list[Cue] = []
    for a, b in groups:
        start = max(at[a], cues[-1].end if cues else 0)
        limit = max(at[b] if b < len(parts) else max_frame, start + 1)
        lines = _break_cue(parts[a:b])
        linger_end = round((offset + parts[b - 1].end + _LINGER_SEC) * fps)
        readable = start + math.ceil(max(MIN_SEC, sum(map(count_characters, lines)) / MAX_CHARS_PER_SEC) * fps)
        end = max(linger_end, readable)
        if b < len(parts) and limit - end < _GAP_SEC * fps:
            end = limit
        end = max(min(end, limit, start + round(MAX_SEC * fps)), start + 1)
        whole = all(part.whole for part in parts[a:b])
        starts = tuple(min(max(n, start), end - 1) for n in at[a:b]) if whole else ()
        keeps_lines = any(part.ends_line for part in parts[a : b - 1])
        cues.append(Cue(start=start, end=end, lines=tuple(lines), word_starts=starts, keeps_lines=keeps_lines))
    return cues


def build_translated_cues(text: str, words: Sequence[Word], *, offset: float, fps: int, max_frame: int) -> list[Cue]:
    """Return the cues of a translation of ``words``. If both have as many sentences, each keeps its time; otherwise,
    and inside a sentence, time is shared out by length."""
    originals = split_sentences(" ".join(w.text for w in words))
    translations = split_sentences(text)
    spans: list[tuple[float, float]] = []
    if len(originals) == len(translations):
        at = 0
        for sentence in originals:
            count = len(sentence.split())
            spans.append((words[at].start, words[at + count - 1].end))
            at += count
    else:
        translations = [text]
        spans = [(words[0].start, words[-1].end)]
    shared: list[Word] = []
    for sentence, (start, end) in zip(translations, spans, strict=True):
        parts = sentence.split()
        weight = [count_characters(p) + 1 for p in parts]
        at_sec = start
        for part, share in zip(parts, weight, strict=True):
            until = at_sec + (end - start) * share / sum(weight)
            shared.append(Word(text=part, start=at_sec, end=until))
            at_sec = until
    cues = build_cues(shared, offset=offset, fps=fps, max_frame=max_frame, line_ends=find_line_ends(text))
    return [cue.evolve(word_starts=()) for cue in cues]


@dataclass(frozen=True)
class _Part:
    """A word, or a piece of one that is longer than a line."""

    text: str
    start: float
    end: float
    whole: bool
    ends_line: bool = False
    binds: bool = False
    """True if the next word must stand beside this one."""

    @property
    def stops(self) -> bool:
        return _last_mark(self.text) in _STOPS and not self.binds


def _split_word(word: Word, following: str, ends_line: bool, *, numbers: bool) -> Iterator[_Part]:
    texts = [piece for text in word.text.split() for piece in _cut_word(text, MAX_LINE)]
    letters = sum(map(count_characters, texts))
    at = word.start
    for i, text in enumerate(texts):
        until, last = at + (word.end - word.start) * count_characters(text) / letters, i == len(texts) - 1
        bound = last and not ends_line and (numbers or is_bound(word.text, following))
        yield _Part(text, at, until, len(texts) == 1, ends_line=last and ends_line, binds=bound)
        at = until


def _break_cue(parts: Sequence[_Part]) -> list[str]:
    """Return the caption lines of ``parts``: their own lines if they have any, else lines of even length."""
    own: list[list[str]] = [[]]
    for i, part in enumerate(parts):
        own[-1].append(part.text)
        if part.ends_line and i < len(parts) - 1:
            own.append([])
    return [" ".join(line) for line in own] if len(own) > 1 else break_lines(" ".join(own[0]))


def _group_words(parts: Sequence[_Part], at: Sequence[int], max_frame: int, fps: int) -> list[tuple[int, int]]:
    """Group the words into cues at the least cost over the whole narration (dynamic programming, from its end)."""
    widths = [count_characters(part.text) for part in parts]
    cheapest = [0.0] * (len(parts) + 1)
    ends = [0] * len(parts)
    for a in reversed(range(len(parts))):
        cheapest[a] = math.inf
        for b in range(a + 1, len(parts) + 1):
            if b > a + 1 and not _fits(parts[a:b]):
                break
            seconds = ((at[b] if b < len(parts) else max_frame) - at[a]) / fps
            following = parts[b] if b < len(parts) else None
            cost = _rate_cue(parts[a:b], following, sum(widths[a:b]) + b - a - 1, seconds) + cheapest[b]
            if cost < cheapest[a]:
                cheapest[a], ends[a] = cost, b
    groups: list[tuple[int, int]] = []
    while not groups or groups[-1][1] < len(parts):
        start = groups[-1][1] if groups else 0
        if start == len(parts):
            break
        groups.append((start, ends[start]))
    return groups


def _fits(parts: Sequence[_Part]) -> bool:
    lines = _break_cue(parts)
    shown = len(lines) <= MAX_LINES and all(count_characters(line) <= MAX_LINE for line in lines)
    return shown and parts[-1].end - parts[0].start <= MAX_SEC


def _rate_cue(parts: Sequence[_Part], following: _Part | None, letters: int, seconds: float) -> float:
    """Return the cost of showing ``parts`` as one cue for at most ``seconds``. By weight it counts: words apart that
    belong together, a cue that vanishes too soon, sentences that share a cue and broken lines of poems, too little
    time to read, a bad place to break, and last the number of cues and their uneven filling."""
    cost = 1.0 + 2.0 * (letters / (MAX_LINE * MAX_LINES)) ** 2
    cost += 1000.0 * (seconds < MIN_SEC) + 1.5 * max(letters / MAX_CHARS_PER_SEC - seconds, 0.0)
    cost += 10.0 * sum(part.stops and not part.ends_line for part in parts[:-1])
    last = parts[-1]
    if following and not last.stops and not last.ends_line:
        pause = min(max(following.start - last.end, 0.0), 0.5)
        cost += 1.5 - 2.0 * pause - (0.9 if _last_mark(last.text) in _PAUSES else 0.0)
        cost += 10_000.0 * last.binds + 6.0 * any(part.ends_line for part in (*parts, following))
    return cost + (0.8 if len(parts) < 3 else 0.0)


def _last_mark(text: str) -> str:
    """Return the last character that is no closing quote or bracket."""
    return text.rstrip("\"'”’)")[-1:] or text[-1]


def break_lines(text: str, limit: int = MAX_LINE) -> list[str]:
    """Break ``text`` between words into as few lines as it needs, of even length; the lower line is the longer one.

    A single word longer than a line is cut between grapheme clusters. Words that belong together stay on one line:
    "Dr. Rao", "10 km".
    """
    parts = [piece for word in _join_bound_words(text.split(), limit) for piece in _split_to_width(word, limit)]
    if count_characters(" ".join(parts)) <= limit:
        return [" ".join(parts)]
    best: list[str] | None = None
    for cut in range(1, len(parts)):
        top, bottom = " ".join(parts[:cut]), " ".join(parts[cut:])
        if count_characters(top) <= limit and count_characters(bottom) <= limit:
            pair = [top, bottom]
            if best is None or _measure_unevenness(pair) < _measure_unevenness(best):
                best = pair
    return best or _fill_lines(parts, limit)


def _join_bound_words(words: Sequence[str], limit: int) -> list[str]:
    """Join those of ``words`` that belong together, if a line has room for them."""
    joined: list[str] = []
    for i, word in enumerate(words):
        if i and is_bound(words[i - 1], word) and count_characters(f"{joined[-1]} {word}") <= limit:
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


def _split_to_width(word: str, limit: int) -> list[str]:
    return [word] if " " in word else _cut_word(word, limit)


def _measure_unevenness(pair: list[str]) -> float:
    top, bottom = count_characters(pair[0]), count_characters(pair[1])
    mark = _last_mark(pair[0])
    pause = 20 if mark in _STOPS else 4 if mark in _PAUSES else 0
    return abs(top - bottom) + (0.5 if top > bottom else 0) - pause


def _fill_lines(parts: list[str], limit: int) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if lines and count_characters(f"{lines[-1]} {part}") <= limit:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines


def _cut_word(word: str, limit: int) -> list[str]:
    clusters = split_graphemes(word)
    return ["".join(clusters[i : i + limit]) for i in range(0, len(clusters), limit)]


def format_srt(cues: Sequence[Cue], fps: int) -> str:
    """Return ``cues`` as SubRip: for UTF-8, without CRLF, numbered from 1."""
    blocks = (
        f"{i}\n{_format_time(c.start, fps, ',')} --> {_format_time(c.end, fps, ',')}\n{c.text}\n"
        for i, c in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def format_webvtt(cues: Sequence[Cue], fps: int, language: str) -> str:
    """Return ``cues`` as WebVTT (W3C), with ``&``, ``<`` and ``>`` escaped, which are markup there."""
    blocks = [f"WEBVTT\nLanguage: {language}\n"]
    for cue in cues:
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_format_time(cue.start, fps, '.')} --> {_format_time(cue.end, fps, '.')}\n{text}\n")
    return "\n".join(blocks)


def _format_time(frame: int, fps: int, mark: str) -> str:
    ms = round(frame * 1000 / fps)
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{ms:03d}"
