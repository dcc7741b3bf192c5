"""Hold the words of lyrics while their times are found, and give each word a start and an end in the end."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sutradhar.domain.assets.asset import Alignment, Word
from sutradhar.domain.language.tags import Language
from sutradhar.domain.song.lyrics import Lyrics
from sutradhar.domain.text.text import split_graphemes

SYLLABLE_SEC = 0.28
"""The usual time of a sung syllable."""
_LONGEST_SYLLABLE_SEC = 0.9
_STEP_SEC = 0.01
"""The least time between the starts of two words."""
_JOINED_SEC = 0.3
"""A shorter gap between two words of a line is no silence."""
_VOWELS = "aeiouyAEIOUY"


@dataclass
class LyricTarget:
    """One word. ``start`` is None until it is known."""

    text: str
    line: int
    syllables: float
    start: float | None = None
    end: float | None = None
    source: Alignment = "estimate"
    confidence: float = 0.0

    def place(self, start: float, source: Alignment, confidence: float, end: float | None = None) -> None:
        self.start, self.end, self.source, self.confidence = start, end, source, confidence


@dataclass
class LyricTargets:
    words: list[LyricTarget]
    windows: list[tuple[float | None, float | None]]
    """Start and end of each line as the file of lyrics has them."""
    lines: list[range] = field(default_factory=list)
    """The places of the words of each line."""

    def list_line(self, line: int) -> list[LyricTarget]:
        return [self.words[at] for at in self.lines[line]]


def read_targets(lyrics: Lyrics, language: Language) -> LyricTargets:
    """Return the words of ``lyrics`` with the times that it has."""
    targets = LyricTargets([], [(line.start_sec, line.end_sec) for line in lyrics.lines])
    for number, line in enumerate(lyrics.lines):
        first = len(targets.words)
        for at, word in enumerate(line.words):
            target = LyricTarget(word.text, number, count_syllables(word.text, language))
            start = word.start_sec if word.start_sec is not None or at else line.start_sec
            if start is not None:
                target.place(start, "given", 1.0, word.end_sec)
            targets.words.append(target)
        targets.lines.append(range(first, len(targets.words)))
    return targets


def count_syllables(text: str, language: Language) -> float:
    """Return about how many syllables ``text`` has; at least a half, so that a sign has a place too."""
    if language == "en":
        vowels = [c in _VOWELS for c in text]
        groups = sum(here and not before for before, here in zip([False, *vowels], vowels, strict=False))
        if groups > 1 and text.rstrip(".,!?;:'\"”’").lower().endswith("e"):
            groups -= 1
        count = groups or sum(c.isalnum() for c in text) / 3
    else:
        count = sum(any(c.isalnum() for c in cluster) for cluster in split_graphemes(text))
    return max(float(count), 0.5)


def finish_words(targets: LyricTargets, duration: float) -> tuple[tuple[Word, ...], ...]:
    """Return the words of each line. All have a start by now.

    The starts rise strictly, each word ends before the next one starts, and all lie inside the song.
    """
    words = targets.words
    if not words:
        return tuple(() for _ in targets.lines)
    starts = _separate([word.start or 0.0 for word in words], duration)
    following = [*starts[1:], duration]
    finished = [_finish_word(targets, at, starts[at], following[at]) for at in range(len(words))]
    return tuple(tuple(finished[at] for at in line) for line in targets.lines)


def _separate(starts: Sequence[float], duration: float) -> list[float]:
    """Return ``starts`` with at least a step between each two, before the end of the song."""
    step = min(_STEP_SEC, duration / (4 * len(starts)))
    rising: list[float] = []
    for start in starts:
        rising.append(max(start, rising[-1] + step if rising else 0.0))
    for at in reversed(range(len(rising))):
        rising[at] = min(rising[at], (rising[at + 1] if at + 1 < len(rising) else duration) - step)
    return rising


def _finish_word(targets: LyricTargets, at: int, start: float, following: float) -> Word:
    word = targets.words[at]
    line = targets.lines[word.line]
    limit = following
    usual = start + max(word.syllables, 1.0) * SYLLABLE_SEC * 1.3
    end = word.end
    if end is None or end <= start:
        window_end = targets.windows[word.line][1]
        if at == line[-1] and window_end is not None and start < window_end:
            end = window_end
        else:
            end = usual if at == line[-1] else min(following, start + word.syllables * _LONGEST_SYLLABLE_SEC)
    if word.source != "given" and at != line[-1] and following - end < _JOINED_SEC:
        end = following
    end = max(min(end, limit), start)
    return Word(
        text=word.text,
        start=_cut_digits(start),
        end=_cut_digits(end),
        timing_source=word.source,
        confidence=round(min(max(word.confidence, 0.0), 1.0), 3),
    )


def _cut_digits(seconds: float) -> float:
    """Return ``seconds`` in whole microseconds. Rounding up could place a word behind the end of the song."""
    return max(math.floor(seconds * 1_000_000 + 0.001), 0) / 1_000_000  # 0.001: sums of floats miss whole numbers


def list_gaps(targets: LyricTargets) -> Iterator[range]:
    """Yield each run of words whose start is not known."""
    first: int | None = None
    for at, word in enumerate(targets.words):
        if word.start is None and first is None:
            first = at
        elif word.start is not None and first is not None:
            yield range(first, at)
            first = None
    if first is not None:
        yield range(first, len(targets.words))
