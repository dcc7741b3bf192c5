"""Write numbers in words, in the English of India and of other countries, and in Hindi."""

from collections.abc import Sequence
from typing import Literal

NumberLanguage = Literal["en", "hi"]
"""The languages for which this package has rules of its own."""

_ENGLISH_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_HINDI_BELOW_HUNDRED = (
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस"
    " बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस"
    " तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस"
    " चालीस इकतालीस बयालीस तैंतालीस चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास"
    " पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ"
    " साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर"
    " सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी"
    " अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सतासी अठासी नवासी"
    " नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे"
)
_ENGLISH, _HINDI = _ENGLISH_BELOW_TWENTY.split(), _HINDI_BELOW_HUNDRED.split()
_TENS = ["", "", *_ENGLISH_TENS.split()]
_WESTERN = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_INDIAN = ((10**7, "crore"), (10**5, "lakh"), (1000, "thousand"))
_HINDI_SCALES = ((10**11, "खरब"), (10**9, "अरब"), (10**7, "करोड़"), (10**5, "लाख"), (1000, "हज़ार"), (100, "सौ"))
MAX_NUMBER = 10**13
"""The least number that is said digit by digit."""
_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_HALVES = {1: "डेढ़", 2: "ढाई"}


def say_cardinal(number: int, language: NumberLanguage, *, indian: bool = False) -> str:
    """Return ``number`` in words. ``indian``: use lakh and crore in English."""
    if number >= MAX_NUMBER:
        return say_digits(str(number), language)
    if language == "hi":
        return _say_hindi(number)
    return _say_english(number, _INDIAN if indian else _WESTERN)


def say_digits(text: str, language: NumberLanguage) -> str:
    """Return each digit of ``text`` as a word."""
    words: Sequence[str] = _HINDI if language == "hi" else _ENGLISH
    return " ".join(words[int(c)] for c in text if c.isdecimal())


def say_ordinal(number: int) -> str:
    """Return ``number`` as an English ordinal: "twenty-first"."""
    head, join, last = _split_last(say_cardinal(number, "en"))
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{head}{join}{_IRREGULAR.get(last, regular)}"


def make_plural(words: str) -> str:
    """Return the English number ``words`` in the plural, as for a decade: "nineteen nineties"."""
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}es" if words.endswith("x") else f"{words}s"


def say_year(number: int, language: NumberLanguage) -> str:
    """Return ``number`` as a year is said: "nineteen forty-seven", "two thousand nine", "उन्नीस सौ सैंतालीस"."""
    century, rest = divmod(number, 100)
    if language == "hi":
        return (
            _say_hindi(number)
            if not 11 <= century <= 19
            else f"{_HINDI[century]} सौ {_HINDI[rest] if rest else ''}".strip()
        )
    if number < 1100 or number > 2099 or 2000 <= number < 2010:
        return say_cardinal(number, "en").replace(" and ", " ")
    tail = "hundred" if not rest else f"oh {_ENGLISH[rest]}" if rest < 10 else say_cardinal(rest, "en")
    return f"{say_cardinal(century, 'en')} {tail}"


def say_decimal(text: str, language: NumberLanguage, *, indian: bool = False) -> str:
    """Return a number as it is written, "43,000" or "12.5", in words."""
    whole, _, say_fraction = text.replace(",", "").partition(".")
    indian = indian or is_grouped_by_lakh(text)
    phrase = (
        say_digits(whole, language)
        if len(whole) > 1 and int(whole[0]) == 0
        else say_cardinal(int(whole or "0"), language, indian=indian)
    )
    if not say_fraction:
        return phrase
    return f"{phrase} {'दशमलव' if language == 'hi' else 'point'} {say_digits(say_fraction, language)}"


def is_grouped_by_lakh(text: str) -> bool:
    """Return whether ``text`` has its commas in the Indian places: "1,00,000"."""
    groups = text.partition(".")[0].split(",")
    return len(groups) > 2 and len(groups[-2]) == 2


def say_fraction(numerator: int, denominator: int, language: NumberLanguage, whole: int = 0) -> str | None:
    """Return a small fraction in words, with the ``whole`` number before it; None if people do not say it as one."""
    if language == "hi":
        return _say_hindi_fraction(numerator, denominator, whole)
    if not 2 <= denominator <= 20 or not 0 < numerator < denominator:
        return None
    part = {2: "half", 4: "quarter"}.get(denominator) or say_ordinal(denominator)
    if whole:
        single = "a" if numerator == 1 else say_cardinal(numerator, "en")
        return f"{say_cardinal(whole, 'en')} and {single} {part if numerator == 1 else find_plural(part)}"
    return f"{say_cardinal(numerator, 'en')} {part if numerator == 1 else find_plural(part)}"


def find_plural(part: str) -> str:
    return "halves" if part == "half" else f"{part}s"


def _say_hindi_fraction(numerator: int, denominator: int, whole: int) -> str | None:
    if (numerator, denominator) == (1, 2):
        return (_HALVES.get(whole) or f"साढ़े {_say_hindi(whole)}") if whole else "आधा"
    if (numerator, denominator) == (1, 4):
        return ("सवा" if whole == 1 else f"सवा {_say_hindi(whole)}") if whole else "चौथाई"
    if (numerator, denominator) == (3, 4):
        return f"पौने {_say_hindi(whole + 1)}" if whole else "तीन चौथाई"
    if not 0 < numerator < denominator <= 20:
        return None
    phrase = f"{_say_hindi(numerator)} बटा {_say_hindi(denominator)}"
    return f"{_say_hindi(whole)} सही {phrase}" if whole else phrase


def _say_english(number: int, scales: Sequence[tuple[int, str]]) -> str:
    if number < 20:
        return _ENGLISH[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ENGLISH[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = number % 100
        return f"{_ENGLISH[number // 100]} hundred" + (f" and {_say_english(rest, scales)}" if rest else "")
    for size, name in scales:
        if number >= size:
            many, rest = divmod(number, size)
            joint = " and " if 0 < rest < 100 else " "
            return f"{_say_english(many, scales)} {name}" + (f"{joint}{_say_english(rest, scales)}" if rest else "")
    raise AssertionError(number)


def _say_hindi(number: int) -> str:
    if number < 100:
        return _HINDI[number]
    for size, name in _HINDI_SCALES:
        if number >= size:
            many, rest = divmod(number, size)
            return f"{_say_hindi(many)} {name}" + (f" {_say_hindi(rest)}" if rest else "")
    raise AssertionError(number)


def _split_last(words: str) -> tuple[str, str, str]:
    at = max(words.rfind(" "), words.rfind("-"))
    return (words[:at], words[at], words[at + 1 :]) if at >= 0 else ("", "", words)
