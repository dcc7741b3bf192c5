"""Spell out money, units and dates for a voice, in the languages for which this package has no rules of its own.

Numbers stay in digits: each voice reads them in its own language. Its own rules for signs are poor: espeak-ng says "$5"
as "dollar five", leaves out "₹", and spells "km" in English.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.text.number_speech import compile_pattern

if TYPE_CHECKING:
    from regex import Match

_DIGITS = r"\d+(?:[.,٫٬]\d+)*"
_LEAD, _TRAIL = r"[\p{P}\p{Z}]*", r"[\p{P}\p{Z}]*"


class SpokenWords(NamedTuple):
    """The words of one language, as ``spoken_words.json`` has them. ``{0}`` is the place of the number."""

    decimal: str
    """The sign before the decimals."""
    has_spaced_groups: bool
    """True: a space parts the thousands, so that one number is two words."""
    dates: Sequence[str]
    """For each month, with ``{day}`` and ``{year}``."""
    units: Mapping[str, Mapping[str, str]]
    """The pattern of each plural form, by the written unit; the longest first."""
    currencies: Mapping[str, Mapping[str, str]]
    hundreds: Sequence[str]
    """1100 to 1900, if people count years in hundreds."""
    plural: Literal["", "arabic", "slavic"]
    """The rule of the plural forms; empty: the singular for 1 only."""


def read_spoken_words(language: Language) -> SpokenWords | None:
    """Return the words of ``language``; None if it has rules of its own, or none."""
    return _read_table().get(language)


@cache
def _read_table() -> Mapping[str, SpokenWords]:
    from importlib.resources import files  # noqa: PLC0415 - functions that read no text start without it

    text = files("sutradhar.domain.text").joinpath("spoken_words.json").read_text("utf-8")
    return {language: SpokenWords(**row) for language, row in json.loads(text).items()}


def spell_out(words: Sequence[str], language: Language) -> list[str]:
    """Return ``words`` as they are said, one for each; the digits are European, and a sign of money is empty before its
    number, which has the name."""
    table = read_spoken_words(language)
    if table is None or not any(c.isdecimal() for word in words for c in word):
        return list(words)
    european = str.maketrans(FACTS[language].digits, "0123456789")
    spelled = [word.translate(european) for word in words]
    is_joined = False
    for i in range(len(spelled) - 1):
        first, second = spelled[i], spelled[i + 1]
        if is_joined := table.has_spaced_groups and _is_group(first, second, table, is_joined=is_joined):
            lead = first.rstrip("0123456789")
            spelled[i : i + 2] = lead, f"{first[len(lead) :]}{second}"
        else:
            has_own_number = i + 2 < len(spelled) and spelled[i + 2][:1].isdecimal()
            spelled[i : i + 2] = _spell_pair(first, second, table, has_own_number=has_own_number)
    return [_spell_word(word, table) for word in spelled]


def _is_group(first: str, second: str, table: SpokenWords, *, is_joined: bool) -> bool:
    """Return whether ``second`` goes on with the number in ``first``: 12 345. ``is_joined``: ``first`` has groups."""
    number = r"\d+" if is_joined else r"\d{1,3}"
    if not compile_pattern(rf"{_LEAD}{number}").fullmatch(first):
        return False
    unit = _join({**table.units, **table.currencies})
    return compile_pattern(rf"\d{{3}}(?:,\d+)?(?:{unit})?{_TRAIL}").fullmatch(second) is not None


def _spell_pair(first: str, second: str, table: SpokenWords, *, has_own_number: bool) -> tuple[str, str]:
    """Spell out a number with its unit or currency in the next word, or a currency with its number there.
    ``has_own_number``: a number follows ``second``, so a currency there belongs to that."""
    match = compile_pattern(rf"({_LEAD})({_DIGITS})").fullmatch(first)
    if match:
        names = table.units if has_own_number else {**table.units, **table.currencies}
        name, trail = _find_name(second, names)
        if name:
            before, _, after = _fill(name, match[2], table).partition(match[2])
            return f"{match[1]}{before}{match[2]}", f"{after.strip()}{trail}"
    match = compile_pattern(rf"({_LEAD})({_join(table.currencies)})").fullmatch(first)
    number = compile_pattern(rf"({_DIGITS})({_TRAIL})").fullmatch(second)
    if match and number:
        return match[1], f"{_fill(table.currencies[match[2]], number[1], table)}{number[2]}"
    return first, second


def _find_name(word: str, names: Mapping[str, Mapping[str, str]]) -> tuple[Mapping[str, str] | None, str]:
    """Return the forms of the unit that is all of ``word``, and the punctuation after it."""
    for name, forms in names.items():
        if word.startswith(name) and compile_pattern(_TRAIL).fullmatch(word[len(name) :]):
            return forms, word[len(name) :]
    return None, ""


def _spell_word(word: str, table: SpokenWords) -> str:
    if not any(c.isdecimal() for c in word):
        return word
    date = r"(?<![\d.,/-])(?:(\d{1,2})([/.-])(\d{1,2})\2(\d{4})|(\d{4})-(\d{2})-(\d{2}))(?![\d/-])"
    word = compile_pattern(date).sub(lambda match: _spell_date(match, table), word)
    signs = _join(table.currencies)
    money = rf"(?<!\p{{L}})({signs})({_DIGITS})|({_DIGITS})({signs})(?!\p{{L}})"
    word = compile_pattern(money).sub(lambda match: _spell_money(match, table), word)
    # another script may follow: 5km를
    unit = rf"({_DIGITS})({_join(table.units)})(?!\p{{M}}|\p{{N}}|(?<=\p{{Latin}})\p{{Latin}}|(?<!\p{{Latin}})\p{{L}})"
    word = compile_pattern(unit).sub(lambda match: _fill(table.units[match[2]], match[1], table), word)
    if table.hundreds:
        year = r"(?<![\d.,٫/:-])(1[1-9])(\d\d)(?![\d.,٫/:%]*\d)"
        word = compile_pattern(year).sub(
            lambda match: f"{table.hundreds[int(match[1]) - 11]} {int(match[2]) or ''}".strip(), word
        )
    return compile_pattern(_DIGITS).sub(lambda match: _write_number(match[0], table.decimal), word)


def _spell_date(match: "Match[str]", table: SpokenWords) -> str:
    day, month, year = (int(match[n]) for n in ((1, 3, 4) if match[1] else (7, 6, 5)))
    day, month = (month, day) if month > 12 else (day, month)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return table.dates[month - 1].format(day=day, year=year)


def _spell_money(match: "Match[str]", table: SpokenWords) -> str:
    sign, number = (match[1], match[2]) if match[1] else (match[4], match[3])
    return _fill(table.currencies[sign], number, table)


def _fill(forms: Mapping[str, str], number: str, table: SpokenWords) -> str:
    """Return ``number`` with the name in its plural form (CLDR, Language Plural Rules)."""
    value = int(number) if number.isdecimal() else None
    if table.plural == "slavic":
        form = _find_slavic_form(value)
    elif table.plural == "arabic":
        form = _find_arabic_form(value or 0)
    else:
        form = "one" if value == 1 else "other"
    return forms.get(form, forms["other"]).replace("{0}", number)


def _find_slavic_form(value: int | None) -> str:
    if value is None:
        return "few"  # a number with decimals
    if value % 100 in range(11, 15):
        return "other"
    return "one" if value % 10 == 1 else "few" if value % 10 in (2, 3, 4) else "other"


def _find_arabic_form(value: int) -> str:
    return "few" if value % 100 in range(3, 11) else "many" if value % 100 in range(11, 100) else "other"


def _write_number(number: str, decimal: str) -> str:
    """Return ``number`` without the signs between groups of digits, and with the decimal sign of the language."""
    number = number.replace("٫", decimal).replace("٬", "")
    group = "," if decimal == "." else "."
    if compile_pattern(rf"\d{{1,3}}(?:[{group}]\d{{2,3}})*[{group}]\d{{3}}(?:[{decimal}]\d+)?").fullmatch(number):
        return number.replace(group, "")
    if number.count(",") > 1 and "." not in number:
        return number.replace(",", "")
    if compile_pattern(r"\d+\.\d+").fullmatch(number) and decimal == ",":
        return number.replace(".", ",")
    return number


@cache
def _join_names(names: tuple[str, ...]) -> str:
    import regex  # noqa: PLC0415 - functions that read no text start without it

    return "|".join(regex.escape(name) for name in names)


def _join(names: Mapping[str, object]) -> str:
    return _join_names(tuple(names))
