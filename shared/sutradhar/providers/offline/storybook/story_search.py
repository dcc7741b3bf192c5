"""Find the story that a text names."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import NamedTuple

from sutradhar.domain.text.search_words import fold_words
from sutradhar.providers.offline.storybook.stories import Story, load_stories, load_word_lists

_MIN_SIMILARITY = 0.84
"""Least ratio of ``SequenceMatcher`` of two spellings of one word."""
_MIN_SHARE = 0.5
"""More than this share of the text's words must belong to the story."""


class _Vocabulary(NamedTuple):
    story: Story
    keywords: tuple[tuple[str, ...], ...]
    """The keywords of the story as folded words."""
    words: frozenset[str]
    """All words that belong to the story."""


def find_story(text: str) -> Story | None:
    """Return the story that ``text`` names, with small misspellings allowed; None if it names no story.

    A keyword of the story must occur, and most of the other words must belong to it: "Maruti cars" does not name the
    story of Hanuman.
    """
    passing = set(fold_words(load_word_lists().passing))
    content = [w for w in fold_words(text) if w not in passing and not w.isdecimal()]
    best: tuple[float, Story] | None = None
    for story, keywords, vocabulary in _load_vocabularies():
        if not any(all(_has_word(content, w) for w in keyword) for keyword in keywords):
            continue
        share = sum(_has_word(vocabulary, w) for w in content) / len(content)
        if share > _MIN_SHARE and (best is None or share > best[0]):
            best = share, story
    return best[1] if best else None


@cache
def _load_vocabularies() -> tuple[_Vocabulary, ...]:
    vocabularies = []
    for story in load_stories():
        keywords = tuple(tuple(fold_words(k)) for k in story.keywords)
        words = {w for k in keywords for w in k} | {
            w for text in (*story.related, *story.title.values()) for w in fold_words(text)
        }
        vocabularies.append(_Vocabulary(story, keywords, frozenset(words)))
    return tuple(vocabularies)


def _has_word(words: Sequence[str] | frozenset[str], word: str) -> bool:
    return any(_is_same_word(word, other) for other in words)


def _is_same_word(a: str, b: str) -> bool:
    """Return whether ``a`` and ``b`` are one word in two spellings; short words must be equal."""
    if a == b:
        return True
    if a[0] != b[0] or min(len(a), len(b)) < 4:
        return False
    if sorted(a) == sorted(b):
        return True
    return min(len(a), len(b)) >= 6 and SequenceMatcher(None, a, b, autojunk=False).ratio() >= _MIN_SIMILARITY
