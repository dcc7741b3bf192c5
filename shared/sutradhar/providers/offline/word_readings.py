"""Write Japanese words in kana and Chinese ones in pinyin, because espeak-ng cannot read Chinese characters.

espeak-ng 1.51 says "chinese letter" for each kanji, and its voice ``cmn`` reads the numbers of its own tones aloud, in
English. Its voices for kana and for pinyin (``cmn-latn-pinyin``) speak well.
"""

import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sutradhar.domain.language.facts import Reading
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language

_PACKAGES: Mapping[Reading, tuple[str, str]] = {
    "kana": ("pyopenjtalk", "japanese"),
    "pinyin": ("pypinyin", "chinese"),
}
"""The module that knows the readings, and the extra of this package that installs it."""
_MARKS = str.maketrans("、，；：。．！？「」『』（）《》〈〉【】・", ',,;:..!?""""()"""""",')


def can_read(language: Language) -> bool:
    """Return whether the readings of ``language`` are known here, or are not needed."""
    return not explain_lack(language)


@cache
def explain_lack(language: Language) -> str:
    """Return the name of the package that the readings of ``language`` need and that is not installed."""
    reading = FACTS[language].reading
    if not reading:
        return ""
    module = _PACKAGES[reading][0]
    return "" if importlib.util.find_spec(module) else module


def advise_reading(language: Language) -> str:
    """Return the command that installs the readings of ``language``."""
    return f"pip install 'sutradhar[{_PACKAGES[FACTS[language].reading][1]}]'"


def spell_words(words: Sequence[str], language: Language) -> list[str]:
    """Return each of ``words`` as espeak-ng reads it. Words without a reading stay as they are."""
    facts = FACTS[language]
    spelled = list(words)
    if facts.espeak_point:
        spelled = [_say_decimals(word, facts.espeak_point) for word in spelled]
    if facts.espeak_own_digits:
        digits = str.maketrans("0123456789", facts.digits)
        spelled = [word.translate(digits) for word in spelled]
    if not facts.reading:
        return spelled
    return [word.translate(_MARKS).replace(" ", "") or "," for word in _SPELLERS[facts.reading](spelled)]


def _say_decimals(word: str, point: str) -> str:
    """Return ``word`` with the decimals of its numbers one by one: 3.14 as 3점 1 4."""
    return re.sub(r"(\d)\.(\d+)", lambda match: f"{match[1]}{point}{' '.join(match[2])}", word)


def _spell_kana(words: Sequence[str]) -> list[str]:
    import pyopenjtalk

    return [str(pyopenjtalk.g2p(word.strip(), kana=True)) or word for word in words]


def _spell_pinyin(words: Sequence[str]) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    words = [_say_chinese_numbers(word) for word in words]
    # the whole text decides how a character is read; each has one syllable, and every other character stays
    keep: Any = list
    syllables = lazy_pinyin(
        "".join(words), style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True, errors=keep
    )
    spelled, at = [], 0
    for word in words:
        spelled.append("".join(syllables[at : at + len(word)]))
        at += len(word)
    return spelled


def _say_chinese_numbers(word: str) -> str:
    """Return ``word`` with the digits of a year one by one, and with the 2 before a measure word as 两."""
    word = re.sub(r"(?<!\d)\d{4}(?=年)", lambda match: match[0].translate(_HAN_DIGITS), word)
    return re.sub(rf"(?<![\d.点])2(?=[{_MEASURES}])", "两", word)


_HAN_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_MEASURES = "个只位名天次块件条种本张年里家座岁"
_SPELLERS: Mapping[Reading, Callable[[Sequence[str]], list[str]]] = {"kana": _spell_kana, "pinyin": _spell_pinyin}
