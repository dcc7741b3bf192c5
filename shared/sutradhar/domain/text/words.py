"""Say what a word is: the text between spaces, and in Japanese and Chinese, which have no spaces, a phrase.

The text alone decides, so every part of the system counts the same words: ``split_words(text)`` are the words of its
lines, or of its sentences, one after the other.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sutradhar.domain.text.phrases import has_phrases, split_phrases, touches_phrase


def split_words(text: str) -> list[str]:
    """Return the words of ``text``, each with its punctuation.

    For text with spaces these are exactly ``text.split()``. Phrases of Japanese and Chinese follow each other without a
    space; where ``text`` has one beside them, the word before it ends with a space, so that ``join_words`` can return
    the text as it is.
    """
    chunks = text.split()
    if not has_phrases(text):
        return chunks
    words: list[str] = []
    for chunk, following in pairwise([*chunks, ""]):
        *phrases, last = split_phrases(chunk)
        words += phrases
        words.append(f"{last} " if following and touches_phrase(last, following) else last)
    return words


def join_words(words: Iterable[str]) -> str:
    """Return the text of ``words``, on one line. ``join_words(split_words(text))`` is ``" ".join(text.split())``."""
    some = [word for word in words if word]
    return "".join(f"{word}{find_gap(word, following)}" for word, following in pairwise([*some, ""])).rstrip(" ")


def find_gap(word: str, following: str) -> str:
    """Return what stands between two words: a space, or nothing beside a phrase of Japanese or Chinese."""
    if not word or not following or word.endswith(" ") or touches_phrase(word, following):
        return ""
    return " "


def locate_words(lines: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return the place of each word of ``split_words(join_words(lines))``: the number of its line, its first character
    there and the one after its last. A word that two lines share has its place in the first."""
    places = [(line, at) for line, text in enumerate(lines) for at, c in enumerate(text) if not c.isspace()]
    words, done = [], 0
    for word in split_words(join_words(lines)):
        last = done + sum(not c.isspace() for c in word) - 1
        line, start = places[done]
        while places[last][0] != line:
            last -= 1
        words.append((line, start, places[last][1] + 1))
        done += sum(not c.isspace() for c in word)
    return words
