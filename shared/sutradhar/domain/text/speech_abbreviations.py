"""Say abbreviations and the words of a narration that no other rule covers."""

from collections.abc import Sequence

from sutradhar.domain.text import number_words as words
from sutradhar.domain.text.number_speech import NUMBER, compile_pattern
from sutradhar.domain.text.number_words import NumberLanguage
from sutradhar.domain.text.speech_rules import (
    Token,
)
from sutradhar.domain.text.speech_tables import ABBREVIATIONS, UNITS

_SITES = r"(?:[\w-]+\.)+(?:com|org|net|in|gov|edu|io|ai|co|info|uk|us|nic|app|dev|be)(?:[/?#]\S*)?"


def say_abbreviation(tokens: Sequence[Token], i: int, language: NumberLanguage) -> list[str] | None:
    token, following = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else None
    dotted = f"{token.core}." if token.trail.startswith(".") else ""
    table = ABBREVIATIONS[language]
    if dotted in ("No.", "Nos.", "Fig.", "p.", "pp.", "Vol.", "Ch."):
        if following and following.core[:1].isdecimal():
            names = {
                "No.": "number",
                "Nos.": "numbers",
                "Fig.": "figure",
                "Vol.": "volume",
                "Ch.": "chapter",
                "p.": "page",
            }
            phrases = table.get(dotted) or names.get(dotted, "pages")
            return [f"{token.lead}{phrases}{token.trail[1:]}"]
        return None
    if dotted == "St." and language == "en":
        named = following is not None and following.core[:1].isupper()
        return [f"{token.lead}{'Saint' if named else 'Street'}{token.trail[1:] if named or following else token.trail}"]
    if dotted in table:
        rest = token.trail[1:] if following else token.trail  # at the end of a text the stop also ends the sentence
        return [f"{token.lead}{table[dotted]}{rest}"]
    if token.core in ("Dr", "Mr", "Mrs", "Ms", "Prof", "St") and following and following.core[:1].isupper():
        return [token.say(table.get(f"{token.core}.", "Saint"))]
    if token.core == "x" and following and i and tokens[i - 1].core[-1:].isdecimal() and following.core[:1].isdecimal():
        return [table["×"]]
    if token.core in table and (token.core not in ("=", "+", "×", "÷", "@") or following):
        return [token.say(table[token.core])]
    return None


def say_other(tokens: Sequence[Token], i: int, language: NumberLanguage) -> list[str]:
    token = tokens[i]
    core = token.core
    if compile_pattern(rf"(?i)(?:[\w.+-]+@)?{_SITES}").fullmatch(core):
        dot, at = (" डॉट ", " ऐट ") if language == "hi" else (" dot ", " at ")
        return [token.say(core.replace(".", dot).replace("@", at).replace("/", " / ").strip(" /"))]
    if "&" in core and len(core) > 1:
        core = core.replace("&", f" {ABBREVIATIONS[language]['&']} ").strip()
    if core in UNITS and not core[:1].isalpha():  # "℃" alone
        return [token.say(UNITS[core][2 if language == "hi" else 1])]
    core = core.replace("%", f" {UNITS['%'][2 if language == 'hi' else 0]}") if core != "%" else core
    core = compile_pattern(NUMBER).sub(lambda match: f" {words.say_decimal(match[0], language)} ", core).strip()
    return [token.say(core) if core else token.raw]
