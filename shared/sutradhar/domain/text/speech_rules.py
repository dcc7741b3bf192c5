"""Spell out telephone numbers, money, times, dates and measures, which may be several words, for a voice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sutradhar.domain.text import number_words as words
from sutradhar.domain.text.number_speech import (
    FRACTION,
    NUMBER,
    SCALE,
    SIGN,
    UNIT,
    compile_pattern,
    say_number,
    say_unit,
)
from sutradhar.domain.text.number_words import NumberLanguage
from sutradhar.domain.text.speech_tables import (
    CENTS,
    CURRENCIES,
    MONTH_WORDS,
    MONTHS,
    ONLY_ATTACHED,
    SCALE_WORDS,
    SCALES,
    UNITS,
)

if TYPE_CHECKING:
    from regex import Match

_PHONE = (
    r"\+\d{1,3}[ -]?\d{2,5}(?:[ -]\d{3,5}){1,3}|\+\d{8,15}"
    r"|\d{5}[ -]\d{5}|\d{3,5}-\d{3,4}-\d{4}|\d{10,15}|0\d{2,4}-\d{6,8}"
)


@dataclass(frozen=True)
class Token:
    """One word as written: ``core`` with the punctuation around it."""

    raw: str
    lead: str
    core: str
    trail: str

    def say(self, phrase: str) -> str:
        return f"{self.lead}{phrase}{self.trail}" if phrase else ""


def say_phone(tokens: Sequence[Token], i: int, language: NumberLanguage) -> list[str] | None:
    """Say the digits of a telephone number one by one; it may be up to four words."""
    for count in (4, 3, 2, 1):
        part = tokens[i : i + count]
        if len(part) < count or any(t.trail for t in part[:-1]):
            continue
        if compile_pattern(_PHONE).fullmatch(" ".join(t.core for t in part)):
            plus = {"en": "plus ", "hi": "प्लस "}[language]
            return [t.say((plus if "+" in t.core else "") + words.say_digits(t.core, language)) for t in part]
    return None


def say_money(tokens: Sequence[Token], i: int, language: NumberLanguage) -> list[str] | None:
    """Say an amount with its currency last: after the number, and after a following word such as "million"."""
    token, following = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else None
    per = rf"(?:/-|/({UNIT}|\p{{L}}+))?"
    match = compile_pattern(rf"({SIGN})({NUMBER})({SCALE})?{per}").fullmatch(token.core)
    if match:
        return _say_amount(match, [token], following, language)
    bare = token.core + token.trail if token.raw.endswith(".") else token.core
    if following and (bare in CURRENCIES or token.core in CURRENCIES) and not token.lead:
        match = compile_pattern(rf"()({NUMBER})({SCALE})?{per}").fullmatch(following.core)
        if match:
            after = tokens[i + 2] if i + 2 < len(tokens) else None
            return _say_amount(
                match, [token, following], after, language, sign=bare if bare in CURRENCIES else token.core
            )
    if match := compile_pattern(rf"({NUMBER})({SIGN}|¢)").fullmatch(token.core):
        one, many, hindi = CURRENCIES.get(match[2], ("cent", "cents", "सेंट"))
        name = hindi if language == "hi" else one if match[1] == "1" else many
        return [token.say(f"{words.say_decimal(match[1], language)} {name}")]
    return None


def _say_amount(
    match: "Match[str]", parts: Sequence[Token], following: Token | None, language: NumberLanguage, sign: str = ""
) -> list[str]:
    one, many, hindi = CURRENCIES[sign or match[1]]
    amount, scale, per = match[2], match[3], match[4]
    token, before = parts[-1], [""] * (len(parts) - 1)
    indian = one == "rupee"
    number, _, minor = amount.partition(".")
    name = hindi if language == "hi" else one if number == "1" and not minor and not scale else many
    rate = ""
    if per:
        unit = UNITS.get(per)
        rate = f" प्रति {unit[2] if unit else per}" if language == "hi" else f" per {unit[0] if unit else per}"
    if scale:
        phrase = f"{words.say_decimal(amount, language)} {SCALES[scale][language == 'hi']} {name}{rate}"
    elif following and following.core.casefold() in SCALE_WORDS and not token.trail:
        phrase = words.say_decimal(amount, language, indian=indian)
        return [*before, token.say(phrase), following.say(f"{following.core} {name}{rate}")]
    elif len(minor) == 2 and one in CENTS:
        cent, cents, hindi_cents = CENTS[one]
        small = int(minor)
        part = hindi_cents if language == "hi" else cent if small == 1 else cents
        joint = " " if language == "hi" else " and "
        tail = f"{joint}{words.say_cardinal(small, language)} {part}" if small else ""
        phrase = f"{words.say_decimal(number, language, indian=indian)} {name}{tail}{rate}"
    else:
        phrase = f"{words.say_decimal(amount, language, indian=indian)} {name}{rate}"
    return [*before, token.say(phrase)]


def say_time(tokens: Sequence[Token], i: int, language: NumberLanguage) -> list[str] | None:
    token = tokens[i]
    match = compile_pattern(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?((?i:[ap]\.?m))?").fullmatch(token.core)
    if not match or int(match[1]) > 24:
        return None
    hour, minute, half = int(match[1]), int(match[2]), (match[4] or "").replace(".", "").upper()
    following = tokens[i + 1].core if i + 1 < len(tokens) else ""
    if language == "hi":
        quarter = {15: (1, 4), 30: (1, 2), 45: (3, 4)}.get(minute)
        if following == "बजे" and quarter:
            return [token.say(words.say_fraction(*quarter, "hi", whole=hour) or "")]
        phrase = words.say_cardinal(hour, "hi") + (f" {words.say_cardinal(minute, 'hi')}" if minute else "")
        return [token.say(phrase)]
    hours = words.say_cardinal(hour, "en")
    if minute:
        phrase = (
            f"{hours} oh {words.say_cardinal(minute, 'en')}"
            if minute < 10
            else f"{hours} {words.say_cardinal(minute, 'en')}"
        )
    else:
        phrase = hours if half or following.casefold().startswith(("a.m", "p.m", "am", "pm")) else f"{hours} o'clock"
    if match[3]:
        phrase += f" {words.say_cardinal(int(match[3]), 'en')}"
    return [token.say(f"{phrase} {half}".strip())]


def say_date(tokens: Sequence[Token], i: int, language: NumberLanguage) -> list[str] | None:
    """Say 15/08/1947, 15-08-1947 and 1947-08-15 as dates, and the day and the year beside the name of a month."""
    token = tokens[i]
    match = compile_pattern(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})|(\d{4})-(\d{2})-(\d{2})").fullmatch(token.core)
    if match:
        day, month, year = (int(match[n]) for n in ((1, 3, 4) if match[1] else (7, 6, 5)))
        day, month = (month, day) if month > 12 else (day, month)
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        name, phrase = MONTHS[language][month - 1], words.say_year(year, language)
        if language == "hi":
            return [token.say(f"{words.say_cardinal(day, 'hi')} {name} {phrase}")]
        return [token.say(f"the {words.say_ordinal(day)} of {name} {phrase}")]
    neighbours = [t.core for t in (*tokens[max(i - 1, 0) : i], *tokens[i + 1 : i + 2])]
    month = any(name.casefold() in MONTH_WORDS and name not in ("may", "march") for name in neighbours)
    if language == "en" and month and token.core.isdecimal() and 1 <= int(token.core) <= 31:
        return [token.say(words.say_ordinal(int(token.core)))]
    return None


def say_number_word(tokens: Sequence[Token], i: int, language: NumberLanguage) -> list[str] | None:
    token = tokens[i]
    following = tokens[i + 1].core if i + 1 < len(tokens) and not token.trail else ""
    phrase = say_number(token.core, following, tokens[i - 1].core if i else "", language)
    return [token.say(phrase)] if phrase else None


def say_unit_word(tokens: Sequence[Token], i: int, language: NumberLanguage) -> list[str] | None:
    """Say "km" after a number; alone it may be anything."""
    token = tokens[i]
    name = next((n for n in (token.core, f"{token.core}{token.trail}".rstrip(".")) if n in UNITS), None)
    if not name or not i or name in ONLY_ATTACHED:
        return None
    number = tokens[i - 1].core
    if tokens[i - 1].trail or not compile_pattern(
        rf"(?:.*[-–])?({NUMBER}|\d*{FRACTION})|{'|'.join(SCALE_WORDS)}"
    ).fullmatch(number):
        return None
    trail = token.trail if token.trail != "." or i + 1 == len(tokens) or not _is_hindi_unit(name) else ""
    return [f"{token.lead}{say_unit(name, number, language)}{trail}"]


def _is_hindi_unit(name: str) -> bool:
    return "\u0900" <= name[0] <= "\u097f"
