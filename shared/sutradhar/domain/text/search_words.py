"""Read texts and queries as words that can be compared, whatever their spelling in Devanagari or their case."""

from collections.abc import Iterable

from sutradhar.domain.text.text import clean_text
from sutradhar.domain.text.words import split_words

MAX_PREFIX_CHARS = 12
"""A search compares at most this many of the first characters of a word."""
_MAX_PREFIXES, _MAX_PREFIX_BYTES = 200, 4000
"""The most beginnings of words that one text is found by, and their bytes. A Firestore document has 8.5 kB for them
beside the largest job."""


def fold_words(text: str) -> list[str]:
    """Return the words of ``text`` in lower case; Hindi spellings with and without nukta, chandrabindu or anusvara
    become one, and joiners, Arabic vowel signs and marks of direction are left out. Japanese and Chinese words are the
    phrases of the text."""
    import regex  # noqa: PLC0415 - a function that reads no text does without

    folded = clean_text(text).casefold().replace("\u093c", "").replace("ँ", "ं")
    folded = folded.replace("\u200c", "").replace("\u200d", "")
    if not folded.isascii():
        folded = regex.sub(r"[\u0640\u064b-\u0652\u0670\p{Cf}]", "", folded)
        folded = " ".join(split_words(folded))
    return regex.findall(r"[\p{L}\p{M}\p{N}]+", folded)


def list_prefixes(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the beginnings of the words in ``texts``, from the first character on, each once."""
    prefixes: dict[str, None] = {}
    size = 0
    for word in (word for text in texts for word in fold_words(text)):
        for length in range(1, min(len(word), MAX_PREFIX_CHARS) + 1):
            prefix = word[:length]
            if prefix in prefixes:
                continue
            size += len(prefix.encode())
            if size > _MAX_PREFIX_BYTES or len(prefixes) == _MAX_PREFIXES:
                return tuple(prefixes)
            prefixes[prefix] = None
    return tuple(prefixes)


def read_search_words(query: str) -> tuple[str, ...]:
    """Return the words of ``query`` as ``list_prefixes`` has them, the longest first."""
    words = {word[:MAX_PREFIX_CHARS] for word in fold_words(query)}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))
