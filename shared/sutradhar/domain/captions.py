"""Captions: cues from word times, and the two files that players read.

Line length and reading speed follow Netflix's timed text guide (English and Hindi: 42 characters a line, two lines, at
most 17 characters a second, 5/6 s at least; we round up to 1 s). Characters are grapheme clusters, so a Devanagari
conjunct counts once.
"""

import math
from collections.abc import Sequence

from sutradhar.domain.asset import Word
from sutradhar.domain.base import Frozen
from sutradhar.domain.text import graphemes, sentences

MAX_LINE = 42
MAX_LINES = 2
MIN_SEC = 1.0
MAX_SEC = 7.0
MAX_CHARS_PER_SEC = 17.0

_STOPS = ".!?।॥…"
_PAUSES = ",;:—–"


class Cue(Frozen):
    """Text on screen from frame ``start`` up to, not including, frame ``end``; one or two lines."""

    start: int
    end: int
    lines: tuple[str, ...]
    word_starts: tuple[int, ...] = ()
    """The frame in which each word of ``lines`` is spoken, where that is known."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def width(text: str) -> int:
    """Length in characters as a reader counts them (grapheme clusters)."""
    return len(graphemes(text))


def cues(words: Sequence[Word], *, offset: float, fps: int, not_after: int) -> list[Cue]:
    """Cues for one narration. ``offset`` is where its audio starts, in seconds; no cue ends after frame ``not_after``.

    A cue appears with its first word (to the frame) and stays until shortly after its last one, never into the next.
    """
    groups = _groups(words)
    starts = [round((offset + words[a].start) * fps) for a, _ in groups]
    found = []
    for i, (a, b) in enumerate(groups):
        text = " ".join(w.text for w in words[a:b])
        limit = starts[i + 1] if i + 1 < len(groups) else not_after
        found.append(_cue(text, starts[i], round((offset + words[b - 1].end + 0.3) * fps), limit, fps))
    return found


def translated_cues(text: str, words: Sequence[Word], *, offset: float, fps: int, not_after: int) -> list[Cue]:
    """Cues for a translation of what ``words`` say. With as many sentences on both sides each one keeps its time;
    otherwise, and inside a sentence, time is shared out by length."""
    spoken = sentences(" ".join(w.text for w in words))
    written = sentences(text)
    spans: list[tuple[float, float]] = []
    if len(spoken) == len(written):
        at = 0
        for sentence in spoken:
            count = len(sentence.split())
            spans.append((words[at].start, words[at + count - 1].end))
            at += count
    else:
        written = [text]
        spans = [(words[0].start, words[-1].end)]
    shared: list[Word] = []
    for sentence, (start, end) in zip(written, spans, strict=True):
        parts = sentence.split()
        weight = [width(p) + 1 for p in parts]
        at_sec = start
        for part, share in zip(parts, weight, strict=True):
            until = at_sec + (end - start) * share / sum(weight)
            shared.append(Word(text=part, start=at_sec, end=until))
            at_sec = until
    return cues(shared, offset=offset, fps=fps, not_after=not_after)


def _groups(words: Sequence[Word]) -> list[tuple[int, int]]:
    """Cut the words into cues: at sentence ends always, else where it reads best and the lines are full."""
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(words):
        end = start + 1
        best, best_score = end, -1.0
        while end <= len(words) and _fits(words[start:end]):
            score = _break_score(words, start, end)
            if score >= best_score:
                best, best_score = end, score
            if words[end - 1].text.rstrip("\"'”’)")[-1:] in _STOPS:
                break
            end += 1
        found.append((start, best))
        start = best
    return found


def _fits(words: Sequence[Word]) -> bool:
    text = " ".join(w.text for w in words)
    return len(break_lines(text)) <= MAX_LINES and words[-1].end - words[0].start <= MAX_SEC


def _break_score(words: Sequence[Word], start: int, end: int) -> float:
    """How good it is to end a cue before word ``end``: full lines, punctuation, a pause, and no crumb left behind."""
    text = " ".join(w.text for w in words[start:end])
    last = words[end - 1].text.rstrip("\"'”’)")[-1:]
    score = min(width(text) / (MAX_LINE * MAX_LINES), 1.0)
    if last in _STOPS or end == len(words):
        score += 2.0
    elif last in _PAUSES:
        score += 0.5
    if end < len(words):
        score += min(max(words[end].start - words[end - 1].end, 0.0), 0.5)
        rest = next((i for i in range(end, len(words)) if words[i].text[-1] in _STOPS), len(words) - 1)
        if rest - end < 2:  # the sentence would leave one or two words for a cue of their own
            score -= 0.8
    return score


def _cue(text: str, start: int, wanted_end: int, limit: int, fps: int) -> Cue:
    readable = start + math.ceil(max(MIN_SEC, width(text) / MAX_CHARS_PER_SEC) * fps)
    end = min(max(wanted_end, readable), limit, start + round(MAX_SEC * fps))
    return Cue(start=start, end=max(end, start + 1), lines=tuple(break_lines(text)))


def break_lines(text: str, limit: int = MAX_LINE) -> list[str]:
    """``text`` on as few lines as it needs, between words, as even as they go; the lower one the longer.

    A single word longer than a line is cut between grapheme clusters.
    """
    parts = [piece for word in text.split() for piece in _pieces(word, limit)]
    if width(" ".join(parts)) <= limit:
        return [" ".join(parts)]
    best: list[str] | None = None
    for cut in range(1, len(parts)):
        top, bottom = " ".join(parts[:cut]), " ".join(parts[cut:])
        if width(top) <= limit and width(bottom) <= limit:
            pair = [top, bottom]
            if best is None or _unevenness(pair) < _unevenness(best):
                best = pair
    return best or _greedy(parts, limit)


def _unevenness(pair: list[str]) -> float:
    top, bottom = width(pair[0]), width(pair[1])
    return abs(top - bottom) + (0.5 if top > bottom else 0) - (4 if pair[0][-1] in _PAUSES else 0)


def _greedy(parts: list[str], limit: int) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if lines and width(f"{lines[-1]} {part}") <= limit:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines


def _pieces(word: str, limit: int) -> list[str]:
    clusters = graphemes(word)
    return ["".join(clusters[i : i + limit]) for i in range(0, len(clusters), limit)]


def srt(found: Sequence[Cue], fps: int) -> str:
    """SubRip: UTF-8, CRLF-free, numbered from 1."""
    blocks = (
        f"{i}\n{_clock(c.start, fps, ',')} --> {_clock(c.end, fps, ',')}\n{c.text}\n" for i, c in enumerate(found, 1)
    )
    return "\n".join(blocks)


def webvtt(found: Sequence[Cue], fps: int, language: str) -> str:
    """WebVTT (W3C), with ``&``, ``<`` and ``>`` escaped, which are markup there."""
    blocks = [f"WEBVTT\nLanguage: {language}\n"]
    for cue in found:
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_clock(cue.start, fps, '.')} --> {_clock(cue.end, fps, '.')}\n{text}\n")
    return "\n".join(blocks)


def _clock(frame: int, fps: int, mark: str) -> str:
    ms = round(frame * 1000 / fps)
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{ms:03d}"
