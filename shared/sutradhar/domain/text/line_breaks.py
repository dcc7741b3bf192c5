"""Decide where a line may break: not after "Dr.", not between a number and its unit, not within a line of a poem."""

from functools import lru_cache

from sutradhar.domain.language.abbreviations import ABBREVIATIONS
from sutradhar.domain.language.detect import detect_language
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.text.speech_tables import CURRENCIES, MONTH_WORDS, SCALE_WORDS, UNITS
from sutradhar.domain.text.words import split_words

_ABBREVIATIONS = """
dr mr mrs ms messrs prof st rs re smt shri sri mt ft capt gen col lt sgt gov rev hon vs approx cf e.g i.e viz
डॉ डॉ॰ डा पं प्रो मि स्व कु रु रू सं नं क्र ई.पू वि.सं श्री.
"""
_BEFORE_WORDS = frozenset(_ABBREVIATIONS.split())
"""Abbreviations of English and Hindi, which belong to the word after them if a stop follows. ``ABBREVIATIONS`` has
those of other languages, which only a text in that language has: a Spanish "art." is no English one."""
SENTENCE_ENDS = "".join(dict.fromkeys("".join(row.sentence_ends for row in FACTS.values())))
CLOSING_MARKS = "\"'”’»›)]}」』）】》〉］｣"
"""Quotes and brackets that stay with the sentence before them."""
_TITLES = frozenset({"श्री", "श्रीमती", "Shri", "Smt", "Dr", "Mr", "Mrs", "Ms", "Prof", "Rs", "रु", "रू", "№", *CURRENCIES})
_BEFORE_NUMBERS = frozenset({"no", "nos", "fig", "vol", "ch", "p", "pp", "संख्या", "नंबर", "अध्याय"})
_OPENING, _CLOSING = "\"'“‘([«", "\"'”’)]»,;:.!?।॥…؟۔،؛"
_LONGEST_INITIAL = 3
_UNITS = frozenset(
    [
        *UNITS,
        *SCALE_WORDS,
        *MONTH_WORDS,
        "am",
        "pm",
        "a.m",
        "p.m",
        "बजे",
        "लाख",
        "bc",
        "ad",
        "ce",
        "bce",
        "percent",
        *(name for forms in (*UNITS.values(), *CURRENCIES.values()) for form in forms for name in form.split()[:1]),
    ]
)


@lru_cache(maxsize=256)
def find_abbreviations(text: str) -> frozenset[str]:
    """Return the abbreviations of the language of ``text``, besides those of English and Hindi."""
    return ABBREVIATIONS.get(detect_language(text), frozenset())


def is_bound(word: str, following: str, abbreviations: frozenset[str] = frozenset()) -> bool:
    """Return whether ``following`` must stand beside ``word``, in one line and one caption. ``abbreviations``: those of
    the language, as ``find_abbreviations`` returns them."""
    bare = word.lstrip(_OPENING)
    known = bare[:-1].casefold()
    if bare.endswith(".") and (known in _BEFORE_WORDS or known in abbreviations or _is_initial(bare)):
        return True
    if bare in _TITLES or (abbreviations and (not bare or is_closing(following))):
        return True
    number = following.lstrip(f"{_OPENING}{''.join(sign for sign in CURRENCIES if len(sign) == 1)}")[:1]
    if number.isdecimal() and (bare.rstrip(".").casefold() in _BEFORE_NUMBERS or bare.casefold() in MONTH_WORDS):
        return True
    unit = following.rstrip(_CLOSING)
    return (bare[-1:].isdecimal() or bare[-1:] in "½¼¾" or bare in SCALE_WORDS) and (
        unit in _UNITS or unit.casefold() in _UNITS
    )


def is_closing(word: str) -> bool:
    """Return whether ``word`` is only marks that belong to the word before it, as French writes them: "Quoi ? »"."""
    return word != "" and not word.strip(f"{CLOSING_MARKS}{SENTENCE_ENDS}:;%")


def is_item_number(word: str, before: str, abbreviations: frozenset[str] = frozenset()) -> bool:
    """Return whether ``word`` is the number of an item of a list ("1."). ``before``: the word before it, if any."""
    is_number = word.endswith(".") and word[:-1].isdecimal() and len(word) <= len("99.")
    return is_number and (not before or before.endswith(":") or ends_sentence(before, word, abbreviations))


def ends_sentence(word: str, following: str, abbreviations: frozenset[str] = frozenset()) -> bool:
    """Return whether a sentence ends with ``word``; abbreviations and initials do not end one, and in languages with
    ``abbreviations`` of their own no sentence begins with a small letter."""
    bare = word.rstrip(CLOSING_MARKS)
    if bare == "" or bare[-1] not in SENTENCE_ENDS or (abbreviations and following.lstrip(_OPENING)[:1].islower()):
        return False
    return not (bare.endswith(".") and is_bound(word, following, abbreviations))


def _is_initial(bare: str) -> bool:
    """Return whether ``bare`` is one or more capital letters with stops, "A." or "U.S."; scripts without capitals have
    "ए.पी." and "எம்.ஜி."."""
    letters = bare[:-1].split(".")
    return all(len(letter) == 1 and letter.isupper() for letter in letters) or (
        len(letters) > 1
        and all(0 < len(letter) <= _LONGEST_INITIAL and "\u0600" <= letter[0] <= "\u0dff" for letter in letters)
    )


def find_line_ends(text: str) -> frozenset[int]:
    """Return the numbers, from 0, of the words of ``text`` that end a line of a poem or a list."""
    ends, count = set(), 0
    for line in text.split("\n"):
        count += len(split_words(line))
        ends.add(count - 1)
    return frozenset(ends) - {-1, count - 1}
