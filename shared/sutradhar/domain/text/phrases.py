"""Split text without spaces, as Japanese and Chinese are written, into phrases.

BudouX finds the phrases. The rules of kinsoku (JIS X 4051; W3C, Requirements for Japanese Text Layout, 3.1.7 and
3.1.8) say which characters no line begins or ends with.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from budoux import Parser

_KANA = "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_PHRASE = (
    f"{_KANA}\u2e80-\u2fdf\u3000-\u3040\u3100-\u312f\u3190-\u31ef\u3200-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uff65\uffe0-\uffe6\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Chinese characters, kana, and the punctuation that stands beside them without a space (Unicode, Blocks.txt)."""
_FIRST = "\u2e80"
"""No character before it is one of these."""
_HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"
CLOSING = frozenset(
    "、。，．：；！？）］｝」』】〕〉》〗〙〟｠｣｡､・゛゜ヽヾゝゞ々〻ー‐゠–〜～…‥ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｰﾞﾟｧｨｩｪｫｬｭｮｯ％‰℃\"'”’»›)]},.:;!?%।॥؟۔،؛"
)
"""No line begins with these."""
OPENING = frozenset("（［｛「『【〔〈《〖〘〝｟｢“‘«‹([{¥￥＄$£￡€#＃№")
"""No line ends with these."""
_INSEPARABLE = frozenset("—―…‥〳〴〵")
"""No line breaks between two of the same."""
_BEFORE_MEASURES = frozenset("一二两三四五六七八九十百千万几这那每某第")
"""Chinese numerals and the like belong to the measure word or the noun after them: 一只, 每天."""
_SENTENCE_END = r"[。！？｡!?]+[”’」』）】》〉\"')］｣]*"


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def has_phrases(text: str) -> bool:
    """Return whether a part of ``text`` is written without spaces."""
    return not text.isascii() and _compile(f"[{_PHRASE}]").search(text) is not None


def touches_phrase(before: str, after: str) -> bool:
    """Return whether no space is usual between ``before`` and ``after``, because one of them is Japanese or Chinese
    there."""
    if before[-1:] < _FIRST and after[:1] < _FIRST:
        return False
    at_end = _compile(rf"[{_PHRASE}][\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*\Z")
    return at_end.search(before) is not None or _compile(f"[{_PHRASE}]").match(after) is not None


def may_break(before: str, after: str) -> bool:
    """Return whether a line may end with ``before`` and the next one begin with ``after``, by the rules of kinsoku."""
    if not before or not after:
        return False
    last, first = before[-1], after[0]
    return first not in CLOSING and last not in OPENING and not (last == first and first in _INSEPARABLE)


def split_at_ends(chunk: str) -> Iterator[str]:
    """Yield the sentences of ``chunk``, a text without spaces. A quotation that goes on, 「はい。」と, ends none."""
    start = 0
    for match in _compile(_SENTENCE_END).finditer(chunk):
        after = chunk[match.end() : match.end() + 1]
        quotes = match[0][-1] not in "。！？｡!?"
        goes_on = quotes and _compile("[\u3041-\u309f、，]").match(after)
        joins = after == "\u200d" or unicodedata.category(after or " ")[0] == "M"
        if after and not joins and not goes_on and touches_phrase(match[0], after) and may_break("。", after):
            yield chunk[start : match.end()]
            start = match.end()
    yield chunk[start:]


@lru_cache(maxsize=2048)
def split_phrases(chunk: str) -> tuple[str, ...]:
    """Return the phrases of ``chunk``, a text without spaces; their concatenation is ``chunk``. Korean that has Chinese
    characters, and text that has none, stays whole."""
    if not has_phrases(chunk):
        return (chunk,)
    is_korean = _compile(f"[{_HANGUL}]").search(chunk) and not _compile(f"[{_KANA}]").search(chunk)
    if is_korean:
        return (chunk,)
    return tuple(phrase for sentence in split_at_ends(chunk) for phrase in _parse(sentence))


def _parse(sentence: str) -> Iterator[str]:
    from sutradhar.domain.text.text import split_graphemes  # noqa: PLC0415 - only text without spaces needs it

    language = "ja" if _compile(f"[{_KANA}]").search(sentence) else "zh"
    parser, bound = _load_parser(language), _BEFORE_MEASURES if language == "zh" else frozenset[str]()
    breaks, at = set[int](), 0
    for phrase in parser.parse(sentence):
        at += len(phrase)
        breaks.add(at)
    at, phrase = 0, ""
    for cluster, following in pairwise([*split_graphemes(sentence), ""]):
        phrase += cluster
        at += len(cluster)
        is_break = at in breaks and cluster not in bound
        if not following or (is_break and may_break(phrase, following) and touches_phrase(phrase, following)):
            yield phrase
            phrase = ""


@cache
def _load_parser(language: str) -> "Parser":
    import budoux  # noqa: PLC0415 - only text without spaces needs it

    if language == "ja":
        return budoux.load_default_japanese_parser()
    return budoux.load_default_simplified_chinese_parser()
