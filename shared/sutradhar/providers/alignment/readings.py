"""List the ways to read each word of an English narration aloud, in words of the recogniser's dictionary."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sutradhar.domain.text import number_words
from sutradhar.domain.text.speech_text import split_spoken_words
from sutradhar.domain.text.words import join_words

Reading = list[str]
"""One way to read a token: words of the dictionary."""

_SIGNS = {"$": "dollars", "₹": "rupees", "€": "euros", "£": "pounds", "%": "percent"}


def list_readings(tokens: Sequence[str]) -> list[list[Reading]]:
    """Return the ways to read each of ``tokens``, and no way for a token without a sound.

    The first way is that of our voices; then numbers are read as years, as counts and digit by digit.
    """
    forms = split_spoken_words(join_words(tokens), "en")
    return [_list_token_readings(token, form) for token, form in zip(tokens, forms, strict=True)]


def _list_token_readings(token: str, spoken_form: str) -> list[Reading]:
    readings = [_split_words(spoken_form)]
    if spoken_form and any(c.isdecimal() for c in token):
        readings.append([word for word in readings[0] if word != "and"])
        readings += [_split_words(text) for text in _spell_numbers(token)]
    elif spoken_form and _split_words(token) != readings[0]:  # an abbreviation may be read as it is written
        readings.append(_split_words(token))
    return [reading for i, reading in enumerate(readings) if reading and reading not in readings[:i]]


def _spell_numbers(token: str) -> Iterator[str]:
    """Yield ``token`` with its numbers as counts, as years, in lakh and crore, and digit by digit."""

    def replace_numbers(spell: Callable[[str], str]) -> str:
        text = re.sub(r"\d+(?:,\d+)*(?:\.\d+)?", lambda number: f" {spell(number[0])} ", token)
        sign = next((name for sign, name in _SIGNS.items() if sign in token), "")
        return f"{text} {sign}"

    for spell in (_spell_count, _spell_year, _spell_old_year, partial(_spell_count, indian=True)):
        yield replace_numbers(spell)
        yield replace_numbers(spell).replace(" and ", " ")
    digits = replace_numbers(lambda number: number_words.say_digits(number, "en"))
    yield digits
    yield digits.replace("zero", "oh")


def _spell_count(number: str, *, indian: bool = False) -> str:
    return number_words.say_decimal(number.replace(",", ""), "en", indian=indian)


def _spell_year(number: str) -> str:
    if number.isdecimal() and len(number) == 4:
        return number_words.say_year(int(number), "en")
    return _spell_count(number)


def _spell_old_year(number: str) -> str:
    """Return ``number`` in hundreds if it may be a year ("nineteen hundred forty-seven"), or else as a count."""
    if number.isdecimal() and len(number) == 4 and number[2:] != "00":
        return f"{_spell_count(number[:2])} hundred {_spell_count(number[2:])}"
    return _spell_count(number)


def _split_words(text: str) -> Reading:
    """Return the words in ``text`` as the model's dictionary writes them; a remaining digit becomes its name."""
    parts = re.findall(r"[a-z']+|\d", text.lower().replace("’", "'"))
    words = (number_words.say_digits(part, "en") if part.isdigit() else part.strip("'") for part in parts)
    return [word for word in words if word]
