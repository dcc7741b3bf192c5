"""Spell out one written number, with its unit or its sign, in words."""

from functools import cache
from typing import TYPE_CHECKING

from sutradhar.domain.text import number_words as words
from sutradhar.domain.text.number_words import NumberLanguage
from sutradhar.domain.text.speech_tables import ABBREVIATIONS, CURRENCIES, SCALE_WORDS, SCALES, UNITS

if TYPE_CHECKING:
    from regex import Match, Pattern

NUMBER = r"(?:\d{1,3}(?:,\d{2,3})+|\d+)(?:\.\d+)?"
SIGN = "|".join(sorted((s.replace("$", r"\$").replace(".", r"\.") for s in CURRENCIES), key=len, reverse=True))
UNIT = "|".join(sorted((u.replace(".", r"\.") for u in UNITS), key=len, reverse=True))
SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
FRACTIONS = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4)}
FRACTION = "[½¼¾]"
_TO = {"en": "to", "hi": "से"}
_BEFORE_YEARS = (
    "in since by from until till year around circa of after before during between and the early late mid ad ce"
    " सन् सन वर्ष साल ईस्वी"
)
_YEAR_BEFORE = frozenset(_BEFORE_YEARS.split())
_COUNTED = r"\p{Ll}+s|people|men|women|children|sheep|percent|times"


@cache
def compile_pattern(pattern: str) -> "Pattern[str]":
    """Return ``pattern`` compiled, once."""
    import regex  # noqa: PLC0415 - functions that read no text start without it

    return regex.compile(pattern, flags=regex.VERSION1)


def say_number(core: str, following: str, before: str, language: NumberLanguage) -> str | None:  # noqa: C901, PLR0911, PLR0912 - one for each form of a number
    """Return the spoken words for ``core``, a word without the punctuation around it; None if it holds no number.
    ``before`` and ``following`` are the words beside it, which tell a year from a count."""
    number, hindi = rf"({NUMBER})", language == "hi"
    if match := compile_pattern(rf"[-−](?={NUMBER}|{FRACTION})(.+)").fullmatch(core):
        rest = say_number(match[1], following, before, language)
        return f"{'ऋण' if hindi else 'minus'} {rest}" if rest else None
    if core.isdecimal():
        return _say_plain_number(core, following, before, language)
    if compile_pattern(number).fullmatch(core):
        return words.say_decimal(core, language)
    if match := compile_pattern(r"['’]?(\d0|\d{3}0)['’]?s").fullmatch(core):
        return words.make_plural(words.say_year(int(match[1]), "en"))
    if core in ("2K", "4K", "8K"):  # names of image resolutions
        return f"{words.say_cardinal(int(core[0]), language)} K"
    if match := compile_pattern(r"(\d)['’′](\d{1,2})").fullmatch(core):
        feet, inches = (words.say_cardinal(int(match[n]), language) for n in (1, 2))
        return f"{feet} फ़ुट {inches} इंच" if hindi else f"{feet} foot {inches}"
    if match := compile_pattern(rf"{number}({UNIT})").fullmatch(core):
        return f"{words.say_decimal(match[1], language)} {say_unit(match[2], match[1], language)}"
    if match := compile_pattern(rf"{number}({SCALE})\+?").fullmatch(core):
        return f"{words.say_decimal(match[1], language)} {SCALES[match[2]][hindi]}"
    if match := compile_pattern(r"(\d+)(st|nd|rd|th)").fullmatch(core):
        return words.say_ordinal(int(match[1])) if not hindi else words.say_cardinal(int(match[1]), "hi")
    if match := compile_pattern(r"(\d+)(वाँ|वां|वीं|वें|वे|ला|ली|ले|रा|री|रे|था|थी|थे)").fullmatch(core):
        stem = words.say_cardinal(int(match[1]), language)
        return f"{'छठ' if stem == 'छह' else stem}{match[2]}" if match[2][0] == "व" else _say_small_ordinal(match)
    if match := compile_pattern(rf"(\d*)({FRACTION})({UNIT})?").fullmatch(core):
        part = words.say_fraction(*FRACTIONS[match[2]], language, whole=int(match[1] or 0))
        return f"{part} {say_unit(match[3], '2', language)}" if part and match[3] else part
    if match := compile_pattern(r"(\d{1,2})[/⁄](\d{1,2})").fullmatch(core):
        a, b = int(match[1]), int(match[2])
        return (
            words.say_fraction(a, b, language) or f"{words.say_cardinal(a, language)} {words.say_cardinal(b, language)}"
        )
    if match := compile_pattern(
        rf"({SIGN})?{number}({UNIT}|वीं|वें|th|st|nd|rd)?[-–—]({SIGN})?{number}({UNIT}|{SCALE}|वीं|वें|th|st|nd|rd)?"
    ).fullmatch(core):
        return _say_range(match, following, before, language)
    if match := compile_pattern(r"(\p{Lu}[\p{Lu}\p{Ll}]{0,14}-?)(\d{1,3})|(\d{1,3})(\p{Lu}{1,3})").fullmatch(core):
        if match[1]:
            return f"{match[1].rstrip('-')} {words.say_cardinal(int(match[2]), language)}"
        return f"{words.say_cardinal(int(match[3]), language)} {match[4]}"
    if match := compile_pattern(rf"{number}([+×x*÷=/-])({NUMBER})(?:=({NUMBER}))?").fullmatch(core):
        sign = {"x": "×", "*": "×"}.get(match[2], match[2])
        operator = ABBREVIATIONS[language].get(sign) or {"/": "बटा" if hindi else "over", "-": _TO[language]}.get(
            sign, ""
        )
        sums = f"{words.say_decimal(match[1], language)} {operator} {words.say_decimal(match[3], language)}"
        return f"{sums} {ABBREVIATIONS[language]['=']} {words.say_decimal(match[4], language)}" if match[4] else sums
    if match := compile_pattern(rf"#{number}").fullmatch(core):
        return f"{'नंबर' if hindi else 'number'} {words.say_decimal(match[1], language)}"
    if match := compile_pattern(rf"№{number}").fullmatch(core):
        return f"{'नंबर' if hindi else 'number'} {words.say_decimal(match[1], language)}"
    if match := compile_pattern(rf"{number}(?:/-|\+)").fullmatch(core):
        return words.say_decimal(match[1], language) + ("" if core.endswith("-") else " से अधिक" if hindi else " plus")
    return None


def _say_plain_number(core: str, following: str, before: str, language: NumberLanguage) -> str:
    if len(core) > 1 and int(core[0]) == 0:
        return words.say_digits(core, language)
    number = int(core)
    if len(core) == 4 and 1100 <= number <= 2099:
        counted = (
            following and compile_pattern(_COUNTED).fullmatch(following) and following not in ("was", "is", "has", "as")
        )
        measured = following and (following in UNITS or following.casefold() in SCALE_WORDS)
        if not measured and (before.casefold() in _YEAR_BEFORE or not counted):
            return words.say_year(number, language)
    return words.say_cardinal(number, language)


def _say_small_ordinal(match: "Match[str]") -> str | None:
    stem = {1: "पह", 2: "दूस", 3: "तीस", 4: "चौ"}.get(int(match[1]))
    return f"{stem}{match[2]}" if stem else None


def _say_range(match: "Match[str]", following: str, before: str, language: NumberLanguage) -> str:
    first, last = match[2], match[5]
    unit = match[6] or match[3] or ""
    if not unit and not match[1] and len(first) == 4 and len(last) == 2 and first.isdecimal():
        ends = [words.say_year(int(first), language), words.say_cardinal(int(last), language)]
    else:
        ends = [
            _say_plain_number(n, following, before, language) if n.isdecimal() else words.say_decimal(n, language)
            for n in (first, last)
        ]
    spoken_range = f"{ends[0]} {_TO[language]} {ends[1]}"
    sign = match[1] or match[4]
    if sign:
        spoken_range += f" {CURRENCIES[sign][2 if language == 'hi' else 1]}"
    if unit in ("th", "st", "nd", "rd"):
        return f"{words.say_ordinal(int(first))} {_TO[language]} {words.say_ordinal(int(last))}"
    if unit in SCALES and unit not in UNITS:
        return f"{spoken_range} {SCALES[unit][language == 'hi']}"
    return f"{spoken_range} {say_unit(unit, last, language)}" if unit in UNITS else spoken_range + unit


def say_unit(unit: str, number: str, language: NumberLanguage) -> str:
    one, many, hindi = UNITS[unit]
    return hindi if language == "hi" else one if number == "1" else many
