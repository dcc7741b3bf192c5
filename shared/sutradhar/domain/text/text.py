"""Make users' text safe to speak and to draw.

This module escapes nothing: text reaches ffmpeg only as drawn images or files, so quotes, backslashes and ``%{}:'``
need no care. It removes only characters that can be neither spoken nor drawn.
"""

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from sutradhar.domain.text.font_coverage import DEVANAGARI, LATIN
from sutradhar.domain.text.line_breaks import ends_sentence, is_item_number

if TYPE_CHECKING:
    from regex import Pattern

_JOINERS = "\u200c\u200d"  # ZWNJ and ZWJ shape Devanagari, so they stay within words
_LINE_BREAK = r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028]"
_LONE_JOINER = (
    rf"(?<![\p{{L}}\p{{M}}\p{{Emoji}}])[{_JOINERS}]+"
    rf"|(?<!\u094d)[{_JOINERS}]+(?![\p{{L}}\p{{M}}\p{{Extended_Pictographic}}])"
)
_PICTOGRAPHS = (
    r"[[\p{So}\p{Sk}\p{Co}\p{Cn}\p{Emoji}\p{Variation_Selector}\u20E3]--\p{ASCII}]"
    r"[\u200D\u20E3\uFE0F\p{Emoji_Modifier}]*"
)
_JOINING = "\u200d\ufe0e\ufe0f\u20e3"  # between and after pictographs
REMOVED = "\x00"
"""Marks the place of removed text until the gap is closed; users' texts never contain this character."""


def clean_text(text: str) -> str:
    """Return ``text`` on one line: characters as ``plain_characters`` leaves them, white space as single spaces."""
    return " ".join(plain_characters(text).split())


def plain_characters(text: str) -> str:
    """Return ``text`` in NFC without invisible characters, and with every line break as ``\n``.

    Control and formatting characters (soft hyphens, zero-width spaces, marks of direction) leave no gap. Joiners stay
    inside words, where they shape the letters. Every kind of space becomes an ordinary one.
    """
    text = _compile_pattern(_LINE_BREAK).sub("\n", text).replace("\u2029", "\n\n")
    text = unicodedata.normalize("NFC", "".join(_visible_character(c) for c in text))
    return _compile_pattern(_LONE_JOINER).sub("", text)


def _visible_character(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\n\t" or category == "Zs":
        return "\n" if character == "\n" else " "
    return "" if category in ("Cc", "Cf", "Cs") and character not in _JOINERS else character


def make_drawable(text: str, put: Callable[[str], str] = lambda _: "") -> str:
    """Return ``text`` in characters that the caption fonts have: styled letters (``𝐁``, ``Ａ``) become plain ones, and
    ``put`` replaces each run of emoji and other pictographs, by default with nothing."""
    text = _compile_pattern(f"(?:{_PICTOGRAPHS})+").sub(lambda match: _replace_pictographs(match[0], put), text)
    return "".join(c if c.isascii() or has_glyph(c) else _plain_form(c, text[i - 1 : i]) for i, c in enumerate(text))


def _replace_pictographs(run: str, put: Callable[[str], str]) -> str:
    """Return ``run`` with its text characters (℃, №, ™) kept and the rest replaced by ``put``."""
    drawn = gone = ""
    for character in run:
        plain = character if has_glyph(character) else _plain_form(character, drawn[-1:])
        if character in _JOINING or (plain == character and not has_glyph(character)):
            gone += character
            continue
        drawn += (put(gone) if gone.strip(_JOINING) else "") + plain
        gone = ""
    return drawn + (put(gone) if gone.strip(_JOINING) else "")


def has_glyph(character: str) -> bool:
    return ord(character) in LATIN or ord(character) in DEVANAGARI


def _plain_form(character: str, before: str) -> str:
    """Return the compatibility form of ``character`` (Unicode, NFKC) if the caption fonts have that. A space separates
    a fraction from the digit ``before`` it."""
    plain = unicodedata.normalize("NFKC", character)
    if plain == character or not all(has_glyph(c) for c in plain):
        return character
    if unicodedata.decomposition(character).startswith("<super>") and plain.isdigit():
        return f"^{plain}"
    return f" {plain}" if "\u2044" in plain and before.isdigit() else plain


def find_undrawable_character(text: str) -> str | None:
    """Return the first character that the caption fonts cannot draw, or None.

    One font draws a whole grapheme cluster.
    """
    for cluster in split_graphemes(make_drawable(text)):
        points = [ord(c) for c in cluster if not c.isspace() and c not in _JOINERS]
        missing = min(([p for p in points if p not in font] for font in (DEVANAGARI, LATIN)), key=len)
        if missing:
            return chr(missing[0])
    return None


def describe_character(character: str) -> str:
    """Return ``character`` in a form that people can look up: ``'→' (U+2192 RIGHTWARDS ARROW)``."""
    name = unicodedata.name(character, "")
    return f"{character!r} (U+{ord(character):04X}{' ' if name else ''}{name})"


def split_graphemes(text: str) -> list[str]:
    """Return ``text`` as user-perceived characters (UAX #29 extended grapheme clusters)."""
    return _compile_pattern(r"\X").findall(text)


def split_sentences(text: str) -> list[str]:
    """Split ``text`` after ``. ! ? । ॥ …``; closing quotes stay with their sentence, and a title, an initial and the
    number of an item do not end one."""
    words = _compile_pattern(r"\S+").finditer(text)
    parts, start, before, last = [], 0, "", None
    for word in words:
        if last and ends_sentence(last[0], word[0]) and not is_item_number(last[0], before):
            parts.append(text[start : last.end()])
            start = word.start()
        before, last = last[0] if last else "", word
    return [s for s in (*parts, text[start:].strip()) if s]


@cache
def _compile_pattern(pattern: str) -> "Pattern[str]":
    import regex  # noqa: PLC0415 - a function that reads no text does without

    return regex.compile(pattern, flags=regex.VERSION1)
