"""Break text into lines of even length, in every script: between words, and in text without spaces between phrases.

Line length and reading speed are those of the text's language (``LanguageFacts``). Characters are grapheme clusters, so
a Devanagari conjunct counts once; beside Chinese, Japanese and Korean letters a narrow character counts half.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sutradhar.domain.language.detect import detect_language
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.text.line_breaks import CLOSING_MARKS, SENTENCE_ENDS, find_abbreviations, is_bound
from sutradhar.domain.text.phrases import has_phrases, may_break
from sutradhar.domain.text.text import split_graphemes
from sutradhar.domain.text.words import find_gap, join_words, split_words

MAX_LINE = 42
"""The most characters of a line in most languages."""
PAUSES = ",;:—–،؛、，；：﹑"
STOPS = SENTENCE_ENDS
_FIRST_WIDE = "\u1100"
"""No character before it is wide (Unicode, EastAsianWidth.txt)."""
_MAX_BACK = 3
"""The most characters by which a cut inside a long word moves, so that no line begins with its closing marks."""


@dataclass(frozen=True)
class LineLimits:
    """The amount of text that a viewer can read in one language."""

    chars: int
    """The most characters of a line."""
    chars_per_sec: float
    narrow_width: float
    """The width of a narrow character."""
    abbreviations: frozenset[str] = frozenset()
    """The abbreviations of the language, after which no line ends."""

    def measure(self, text: str) -> float:
        """Return the width of ``text`` in characters."""
        clusters = split_graphemes(text)
        if self.narrow_width == 1 and (text.isascii() or max(text) < _FIRST_WIDE):
            return len(clusters)
        return sum(map(self.measure_cluster, clusters))

    def measure_cluster(self, cluster: str) -> float:
        """Return the width of ``cluster``; a Chinese character in a Latin text counts two."""
        if self.narrow_width == 1:
            return 2 if unicodedata.east_asian_width(cluster[0]) in "WF" else 1
        return self.narrow_width if unicodedata.east_asian_width(cluster[0]) in ("N", "Na", "H") else 1


@lru_cache(maxsize=512)
def find_limits(text: str) -> LineLimits:
    """Return the limits of the language of ``text``."""
    facts = FACTS[detect_language(text)]
    return LineLimits(facts.line_chars, facts.chars_per_sec, facts.narrow_width, find_abbreviations(text))


def count_characters(text: str) -> int:
    """Return the number of characters as a reader counts them (grapheme clusters)."""
    return len(split_graphemes(text))


def find_last_mark(text: str) -> str:
    """Return the last character that is no closing quote or bracket; empty if there is no text."""
    return text.rstrip(f"{CLOSING_MARKS} ")[-1:] or text[-1:]


def break_lines(text: str, limit: int | None = None) -> list[str]:
    """Break ``text`` between words into as few lines as it needs, of even length; the lower line is the longer one.

    A single word longer than a line is cut between grapheme clusters. Words that belong together stay on one line:
    "Dr. Rao", "10 km". ``limit``: the most characters of a line, by default those of the text's language.
    """
    return break_words(text, find_limits(text), limit)


def break_words(text: str, limits: LineLimits, limit: int | None = None) -> list[str]:
    """Break ``text`` as ``break_lines`` does, within the limits of its language."""
    limit = limit or limits.chars
    join = join_words if has_phrases(text) else " ".join
    words = _join_bound_words(split_words(text), limit, limits)
    parts = [piece for word in words for piece in cut_word(word, limit, limits)]
    whole = join(parts)
    if limits.measure(whole) <= limit:
        return [whole]
    best: list[str] | None = None
    for cut in range(1, len(parts)):
        pair = [join(parts[:cut]), join(parts[cut:])]
        if all(limits.measure(line) <= limit for line in pair) and (
            best is None or _measure_unevenness(pair, limits) < _measure_unevenness(best, limits)
        ):
            best = pair
    return best or _fill_lines(parts, limit, limits)


def _join_bound_words(words: Sequence[str], limit: int, limits: LineLimits) -> list[str]:
    """Join those of ``words`` that belong together, if a line has room for them."""
    joined: list[str] = []
    for i, word in enumerate(words):
        if i and is_bound(words[i - 1].rstrip(), word, limits.abbreviations):
            both = f"{joined[-1]}{find_gap(joined[-1], word)}{word}"
            if limits.measure(both) <= limit:
                joined[-1] = both
                continue
        joined.append(word)
    return joined


def _measure_unevenness(pair: list[str], limits: LineLimits) -> float:
    top, bottom = limits.measure(pair[0]), limits.measure(pair[1])
    mark = find_last_mark(pair[0])
    pause = 20 if mark in STOPS else 4 if mark in PAUSES else 0
    return abs(top - bottom) + (0.5 if top > bottom else 0) - pause


def _fill_lines(parts: list[str], limit: int, limits: LineLimits) -> list[str]:
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{find_gap(lines[-1], part)}{part}" if lines else ""
        if longer and limits.measure(longer.rstrip(" ")) <= limit:
            lines[-1] = longer
        else:
            lines.append(part)
    return [line.rstrip(" ") for line in lines]


def cut_word(word: str, limit: int, limits: LineLimits) -> list[str]:
    """Return ``word`` in pieces of at most ``limit`` characters, cut between grapheme clusters; where it has no spaces
    by the language's rule, no piece begins or ends with a mark that must not stand there, if that can be avoided."""
    bare = word.rstrip(" ")
    if limits.measure(bare) <= limit:
        return [word]
    clusters, pieces = split_graphemes(bare), list[str]()
    keeps_rules = has_phrases(word)
    while clusters:
        count = _count_fitting(clusters, limit, limits)
        if keeps_rules and count < len(clusters):
            places = (count - back for back in range(min(_MAX_BACK, count - 1) + 1))
            count = next((at for at in places if may_break(clusters[at - 1], clusters[at])), count)
        pieces.append("".join(clusters[:count]))
        clusters = clusters[count:]
    pieces[-1] += word[len(bare) :]
    return pieces


def _count_fitting(clusters: Sequence[str], limit: int, limits: LineLimits) -> int:
    """Return how many of ``clusters`` a line takes, at least one."""
    width, count = 0.0, 0
    for cluster in clusters:
        width += limits.measure_cluster(cluster)
        if width > limit and count:
            break
        count += 1
    return count
