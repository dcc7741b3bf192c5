"""Phrases in every script: names of countries and languages in CLDR, with numbers, marks and Latin words among them."""

from datetime import date, timedelta
from functools import cache
from itertools import cycle, islice

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from sutradhar.domain.language.scripts import Script
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language

_MIXED = "{0} {1}", "{0} (YouTube 24), {1}", "{0} – {2}", "“{0}”: {3}!", "{0}, {3} {1}?", "{1} 100% {0} A-Z"


def list_languages(script: Script) -> list[Language]:
    """Return the languages that are written in ``script``."""
    return [tag for tag, facts in FACTS.items() if facts.script == script]


def list_phrases(script: Script, count: int) -> list[tuple[Language, str]]:
    """Return ``count`` different phrases in ``script``, each with its language."""
    phrases: dict[tuple[Language, str], None] = {}
    for number, language in enumerate(cycle(list_languages(script))):
        phrases[language, _make_phrase(language, number)] = None
        if len(phrases) == count:
            break
    return list(islice(phrases, count))


@cache
def _list_names(language: Language) -> tuple[list[str], list[str]]:
    locale = Locale.parse(language)
    return list(locale.territories.values()), list(locale.languages.values())


def _make_phrase(language: Language, number: int) -> str:
    locale = Locale.parse(language)
    places, languages = _list_names(language)
    return _MIXED[number % len(_MIXED)].format(
        places[number * 7 % len(places)],
        languages[number * 11 % len(languages)],
        format_date(date(2026, 1, 1) + timedelta(number), format="long", locale=locale),
        format_decimal(number * 1234.5, locale=locale, numbering_system="default"),
    )
