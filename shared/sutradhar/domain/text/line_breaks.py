"""Decide where a line may break: not after "Dr.", not between a number and its unit, not within a line of a poem."""

from sutradhar.domain.text.speech_tables import CURRENCIES, MONTH_WORDS, SCALE_WORDS, UNITS

_ABBREVIATIONS = """
dr mr mrs ms messrs prof st rs re smt shri sri mt ft capt gen col lt sgt gov rev hon vs approx cf e.g i.e viz
डॉ डॉ॰ डा पं प्रो मि स्व कु रु रू सं नं क्र ई.पू वि.सं श्री.
"""
_BEFORE_WORDS = frozenset(_ABBREVIATIONS.split())
"""Abbreviations that belong to the word after them if a stop follows."""
_TITLES = frozenset({"श्री", "श्रीमती", "Shri", "Smt", "Dr", "Mr", "Mrs", "Ms", "Prof", "Rs", "रु", "रू", "№", *CURRENCIES})
_BEFORE_NUMBERS = frozenset({"no", "nos", "fig", "vol", "ch", "p", "pp", "संख्या", "नंबर", "अध्याय"})
_OPENING, _CLOSING = "\"'“‘([«", "\"'”’)]»,;:.!?।॥…"
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


def is_bound(word: str, following: str) -> bool:
    """Return whether ``following`` must stand beside ``word``, in one line and one caption."""
    bare = word.lstrip(_OPENING)
    if bare.endswith(".") and (bare[:-1].casefold() in _BEFORE_WORDS or _is_initial(bare)):
        return True
    if bare in _TITLES:
        return True
    number = following.lstrip(f"{_OPENING}{''.join(sign for sign in CURRENCIES if len(sign) == 1)}")[:1]
    if number.isdecimal() and (bare.rstrip(".").casefold() in _BEFORE_NUMBERS or bare.casefold() in MONTH_WORDS):
        return True
    unit = following.rstrip(_CLOSING)
    return (bare[-1:].isdecimal() or bare[-1:] in "½¼¾" or bare in SCALE_WORDS) and (
        unit in _UNITS or unit.casefold() in _UNITS
    )


def is_item_number(word: str, before: str) -> bool:
    """Return whether ``word`` is the number of an item of a list ("1."). ``before``: the word before it, if any."""
    is_number = word.endswith(".") and word[:-1].isdecimal() and len(word) <= len("99.")
    return is_number and (not before or before.endswith(":") or ends_sentence(before, word))


def ends_sentence(word: str, following: str) -> bool:
    """Return whether a sentence ends with ``word``; abbreviations and initials do not end one."""
    bare = word.rstrip("\"'”’)]»")
    return bare[-1:] in ".!?।॥…" and bare != "" and not (bare.endswith(".") and is_bound(word, following))


def _is_initial(bare: str) -> bool:
    """Return whether ``bare`` is one or more capital letters with stops, "A." or "U.S."; Hindi has "ए.पी."."""
    letters = bare[:-1].split(".")
    return all(len(letter) == 1 and letter.isupper() for letter in letters) or (
        len(letters) > 1 and all(0 < len(letter) <= 3 and "\u0900" <= letter[0] <= "\u097f" for letter in letters)
    )


def find_line_ends(text: str) -> frozenset[int]:
    """Return the numbers, from 0, of the words of ``text`` that end a line of a poem or a list."""
    ends, count = set(), 0
    for line in text.split("\n"):
        count += len(line.split())
        ends.add(count - 1)
    return frozenset(ends) - {-1, count - 1}
