"""Spell out a narration for a voice: numbers, money, units, times, dates and abbreviations in words.

Captions show the text as it was written. So each written word is mapped to the words that a voice says for it, which
may be several, or none.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from sutradhar.domain.language.tags import Language
from sutradhar.domain.text.number_speech import FRACTIONS, compile_pattern
from sutradhar.domain.text.number_words import NumberLanguage
from sutradhar.domain.text.speech_abbreviations import say_abbreviation, say_other
from sutradhar.domain.text.speech_rules import (
    Token,
    say_date,
    say_money,
    say_number_word,
    say_phone,
    say_time,
    say_unit_word,
)
from sutradhar.domain.text.speech_tables import ABBREVIATIONS, CURRENCIES
from sutradhar.domain.text.spoken_words import spell_out
from sutradhar.domain.text.words import join_words, split_words

_SILENT = r"[\u0951-\u0954\u1cd0-\u1cff\ua8e0-\ua8f1*_~^`#™®©†‡¶•\[\]{}<>\\]+"
_DIRECTION = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""Marks of direction, which texts with Arabic letters have."""
_DANDA = "।॥|"


@lru_cache(maxsize=512)
def split_spoken_words(text: str, language: Language) -> tuple[str, ...]:
    """Return the spoken words for each word of ``text`` (``split_words(text)``); empty for a silent word."""
    raw = split_words(text)
    if language not in ("en", "hi"):
        silent = compile_pattern(rf"{_SILENT}|{_DIRECTION}")
        words = [silent.sub("", word) for word in spell_out(raw, language)]
        return tuple(word if any(c.isalnum() for c in word) or word in _PAUSES else "" for word in words)
    tokens = [_split_token(word) for word in raw]
    phrases: list[str] = []
    while len(phrases) < len(tokens):
        i = len(phrases)
        phrases += next(filter(None, (rule(tokens, i, language) for rule in _RULES)))
    phrases = [compile_pattern(_SILENT).sub("", word).replace("  ", " ") for word in phrases]
    _say_dandas(raw, phrases, language)
    _pause_at_lines(text, phrases)
    return tuple(word if any(c.isalnum() for c in word) or word in _PAUSES else "" for word in phrases)


_PAUSES = frozenset(["—", "–", "-", "…", "...", "?", "!", ",", ".", ";", ":"])
"""Marks that the voice gets also if they stand alone; it pauses there."""


def convert_to_speech(text: str, language: Language) -> str:
    """Return the spoken words of all of ``text``, on one line."""
    return join_words(split_spoken_words(text, language))


def _split_token(raw: str) -> Token:
    match = compile_pattern(r"([(\"'“‘\[«।॥|]*)(.*?)([)\"'”’\]».,;:!?।॥…|]*)").fullmatch(raw)
    assert match
    return Token(raw, match[1], match[2], match[3])


Rule = Callable[[Sequence[Token], int, NumberLanguage], "list[str] | None"]


_SPECIAL = frozenset({"Dr", "Mr", "Mrs", "Ms", "Prof", "St", "x", *CURRENCIES})


def _say_plain_word(tokens: Sequence[Token], i: int, language: NumberLanguage) -> list[str] | None:
    """Say a word of letters as it is written; most words are like that."""
    token = tokens[i]
    follows_number = i and any(c.isdecimal() or c in FRACTIONS for c in tokens[i - 1].core)
    plain = (
        compile_pattern(r"[\p{L}\p{M}'’-]+").fullmatch(token.core)
        and not follows_number
        and token.trail[:1] != "."
        and token.core not in ABBREVIATIONS[language]
    )
    return [token.raw] if plain and token.core not in _SPECIAL else None


_RULES: Sequence[Rule] = (
    _say_plain_word,
    say_phone,
    say_money,
    say_time,
    say_date,
    say_number_word,
    say_unit_word,
    say_abbreviation,
    say_other,
)


def _say_dandas(raw: Sequence[str], phrases: list[str], language: NumberLanguage) -> None:
    """Turn dandas into pauses, because some voices read their name; drop a verse's number between two dandas."""
    stop = "।" if language == "hi" else "."
    for i, word in enumerate(raw):
        if not set(word) & set(_DANDA):
            continue
        bare = word.strip(_DANDA)
        if bare.isdecimal() and (word[0] in _DANDA or (i and raw[i - 1][-1] in _DANDA)) and word[-1] in _DANDA:
            bare, phrases[i] = "", ""
        if not bare:
            phrases[i] = ""
            last = next((n for n in reversed(range(i)) if phrases[n]), None)
            if last is not None and phrases[last][-1] not in ".!?।,;:":
                phrases[last] += stop
            continue
        ended = phrases[i].rstrip(_DANDA) != phrases[i]
        phrases[i] = phrases[i].strip(_DANDA) + (stop if ended else "")
    for i in range(1, len(raw) - 1):
        if raw[i].isdecimal() and raw[i - 1][-1] in "॥|" and raw[i + 1][0] in "॥|":
            phrases[i] = ""


def _pause_at_lines(text: str, phrases: list[str]) -> None:
    """Add a short pause to a line that ends without punctuation."""
    end = 0
    lines = [line for line in text.split("\n") if line.split()]
    for line in lines[:-1]:
        end += len(line.split())
        last = next((n for n in reversed(range(end)) if phrases[n]), None)
        if last is not None and (phrases[last][-1].isalnum() or phrases[last][-1] not in '.!?।,;:…—-"”’)'):
            phrases[last] += ","
