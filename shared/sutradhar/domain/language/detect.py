"""Tell the language of a text by its letters, and that of Latin letters by its frequent short words."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

from sutradhar.domain.language.common_words import COMMON_WORDS
from sutradhar.domain.language.tags import Language

_BLOCKS: tuple[tuple[int, int, Language], ...] = (
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x0600, 0x06FF, "ar"),
    (0x0750, 0x077F, "ar"),
    (0x0400, 0x04FF, "ru"),
    (0x3040, 0x30FF, "ja"),
    (0x1100, 0x11FF, "ko"),
    (0xAC00, 0xD7AF, "ko"),
    (0x3400, 0x9FFF, "zh"),
)
"""First and last code point of each block (Unicode, Blocks.txt), and the language that is meant by its letters. Several
languages use Devanagari and Arabic letters; a plan names them."""
_URDU = frozenset("ٹڈڑںےہھپچگ")
"""Letters of Urdu that Arabic lacks."""
_MIN_WORDS, _MIN_SHARE = 2, 0.15
"""The fewest different frequent words, and the least share of all words, by which a text in Latin letters is not
English."""


def detect_language(text: str) -> Language:
    """Return the language to which most letters of ``text`` belong; English if there are none."""
    letters = [c for c in text if c.isalpha()]
    if all(c.isascii() for c in letters):
        return _detect_latin(text)
    counts = Counter(_find_language(c) for c in letters)
    if counts["ja"]:
        counts["ja"] += counts.pop("zh", 0)  # Japanese mixes kana with Chinese characters
    language, count = counts.most_common(1)[0]
    if language is None or (language == "hi" and count * 2 <= len(letters)):
        return _detect_latin(text)
    if language == "ar" and sum(c in _URDU for c in letters) * 20 > count:
        return "ur"
    return language


def _find_language(letter: str) -> Language | None:
    point = ord(letter)
    return next((language for first, last, language in _BLOCKS if first <= point <= last), None)


def _detect_latin(text: str) -> Language:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    frequent = {tag: [word for word in words if word in common] for tag, common in _list_common_words().items()}
    best = max(frequent, key=lambda tag: len(frequent[tag]))
    own = frequent[best]
    is_clear = len(own) >= max(_MIN_SHARE * len(words), 2 * len(frequent["en"])) and len(set(own)) >= _MIN_WORDS
    return best if is_clear else "en"


@cache
def _list_common_words() -> Mapping[Language, frozenset[str]]:
    return {tag: frozenset(words.split()) for tag, words in COMMON_WORDS.items()}
