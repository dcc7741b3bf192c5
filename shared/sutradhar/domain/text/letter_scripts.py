"""Tell in which scripts the letters of a text are written, and in which fonts its language reads them."""

from functools import cache
from typing import TYPE_CHECKING

from sutradhar.domain.language.detect import detect_language
from sutradhar.domain.language.scripts import SCRIPTS, Script
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language

if TYPE_CHECKING:
    from regex import Pattern

_USUAL = ("Latin", "Cyrillic", "Devanagari")
"""Values of the Unicode property Script whose letters every renderer draws."""


def find_other_script(text: str) -> str | None:
    """Return the Unicode script of the first letter of ``text`` that is neither Latin, Cyrillic nor Devanagari and that
    a font draws; None: it has no such letter."""
    match = _compile_scripts().search(text)
    return match.lastgroup if match else None


def list_other_letters(text: str) -> str:
    """Return those letters of ``text``."""
    return "" if text.isascii() else "".join(match[0] for match in _compile_scripts().finditer(text))


def list_other_scripts(text: str, language: Language | None) -> list[Script]:
    """Return the scripts whose fonts draw those letters of ``text``, which is in ``language``."""
    letters = list_other_letters(text)
    names = dict.fromkeys(name for letter in letters if (name := find_other_script(letter)))
    return [choose_script(name, language, letters) for name in names]


def choose_script(name: str, language: Language | None, letters: str) -> Script:
    """Return the script that draws letters of the Unicode script ``name`` as the language of the text writes them:
    Japanese, Chinese and Korean have their own forms of the same characters, and Urdu is read in Nastaliq.

    Args:
        language: the language of the text; None: it is not known.
        letters: all letters of the text that are neither Latin, Cyrillic nor Devanagari.
    """
    if language and name in FACTS[language].script_facts.properties:
        return FACTS[language].script
    detected = FACTS[detect_language(letters)]
    if name in detected.script_facts.properties:
        return detected.script
    return next(script for script, facts in SCRIPTS.items() if name in facts.properties)


@cache
def _compile_scripts() -> "Pattern[str]":
    import regex  # noqa: PLC0415 - a function that reads no text does without

    names = dict.fromkeys(name for facts in SCRIPTS.values() for name in facts.properties if name not in _USUAL)
    return regex.compile("|".join(rf"(?P<{name}>\p{{Script={name}}})" for name in names))
