"""Make users' text safe to speak and to draw.

This module escapes nothing: text reaches ffmpeg only as drawn images or files, so quotes, backslashes and ``%{}:'``
need no care. It removes only characters that can be neither spoken nor drawn.
"""

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from sutradhar.domain.language.scripts import SCRIPTS
from sutradhar.domain.text.font_coverage import read_font_coverage
from sutradhar.domain.text.line_breaks import ends_sentence, find_abbreviations, is_closing, is_item_number
from sutradhar.domain.text.phrases import has_phrases, split_at_ends

if TYPE_CHECKING:
    from regex import Pattern

_JOINERS = "\u200c\u200d"  # ZWNJ and ZWJ shape letters, so they stay within words
_VIRAMAS = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d"
_LINE_BREAK = r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028]"
# after a virama a joiner tells the form of the letter (ന്‍), and beside an Arabic letter too (ه‍)
_LONE_JOINER = (
    rf"(?<![\p{{L}}\p{{M}}\p{{Emoji}}])[{_JOINERS}]+(?!\p{{Script=Arabic}})"
    rf"|(?<![{_VIRAMAS}]|\p{{Script=Arabic}})[{_JOINERS}]+(?![\p{{L}}\p{{M}}\p{{Extended_Pictographic}}])"
)
_RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_MARKS, _ISOLATES = "\u200e\u200f\u061c", "\u2066\u2067\u2068\u2069"
_DIRECTION = f"{_MARKS}{_ISOLATES}"
_TO_ISOLATES = {0x202A: "\u2066", 0x202B: "\u2067", 0x202C: "\u2069", 0x202D: "\u2066", 0x202E: "\u2067"}
_NEVER_DRAWN = _JOINERS + _DIRECTION
_PICTOGRAPHS = (
    r"(?!(?<=\p{Han})[\U000E0100-\U000E01EF])"  # these choose the form of a Chinese character
    r"[[\p{So}\p{Sk}\p{Co}\p{Cn}\p{Emoji}\p{Variation_Selector}\u20E3]--\p{ASCII}]"
    r"[\u200D\u20E3\uFE0F\p{Emoji_Modifier}]*"
)
_JOINING = "\u200d\ufe0e\ufe0f\u20e3"  # between and after pictographs
_EAST_ASIAN = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}]"
_HAN_FONT = SCRIPTS["Hans"].bold
_USUAL_FONTS = (SCRIPTS["Deva"].bold, SCRIPTS["Latn"].bold)
"""The fonts that every machine has."""
_OTHER_FONTS = tuple(dict.fromkeys(f.bold for f in SCRIPTS.values() if f.bold not in (*_USUAL_FONTS, _HAN_FONT)))
_FIRST_OTHER = 0x600
"""The fonts of ``_OTHER_FONTS`` have no character below it that those of ``_USUAL_FONTS`` lack."""
REMOVED = "\x00"
"""Marks the place of removed text until the gap is closed; users' texts never contain this character."""


def clean_text(text: str) -> str:
    """Return ``text`` on one line: characters as ``plain_characters`` leaves them, white space as single spaces."""
    return " ".join(plain_characters(text).split())


def plain_characters(text: str) -> str:
    """Return ``text`` in NFC without invisible characters, and with every line break as ``\n``.

    Control and formatting characters (soft hyphens, zero-width spaces) leave no gap. Joiners stay inside words, where
    they shape the letters. Marks of direction stay in text with Arabic letters, where "C++" needs one. Every kind of
    space becomes an ordinary one.
    """
    text = _compile_pattern(_LINE_BREAK).sub("\n", text).replace("\u2029", "\n\n")
    kept = _JOINERS
    if not text.isascii() and _compile_pattern(_RIGHT_TO_LEFT).search(text):
        text, kept = text.translate(_TO_ISOLATES), _JOINERS + _DIRECTION
    text = unicodedata.normalize("NFC", "".join(_visible_character(c, kept) for c in text))
    text = _compile_pattern(_LONE_JOINER).sub("", text)
    return "\n".join(map(_keep_useful_marks, text.split("\n"))) if kept != _JOINERS else text


def _visible_character(character: str, kept: str) -> str:
    category = unicodedata.category(character)
    if character in "\n\t" or category == "Zs":
        return "\n" if character == "\n" else " "
    return "" if category in ("Cc", "Cf", "Cs") and character not in kept else character


def _keep_useful_marks(line: str) -> str:
    """Return ``line`` without isolates that are not in pairs, and without the marks of direction that stand before its
    first word or beside letters and spaces only: such a mark changes no order."""
    depth = 0
    for character in line:
        depth += (character in _ISOLATES[:3]) - (character == _ISOLATES[3])
        if depth < 0:
            break
    if depth:
        line = line.translate(dict.fromkeys(map(ord, _ISOLATES)))
    neutral = r"[^\s\p{L}\p{M}]"
    useless = _compile_pattern(rf"(?<!{neutral})[{_MARKS}]+(?!{neutral})|^\s*[{_MARKS}]+")
    while (shorter := useless.sub("", line)) != line:
        line = shorter
    return unicodedata.normalize("NFC", line)


def make_drawable(text: str, put: Callable[[str], str] = lambda _: "") -> str:
    """Return ``text`` in characters that the caption fonts have: styled letters (``𝐁``, ``Ａ``) become plain ones, and
    ``put`` replaces each run of emoji and other pictographs, by default with nothing."""
    if text.isascii():
        return text
    east_asian = is_east_asian(text)
    text = _compile_pattern(f"(?:{_PICTOGRAPHS})+").sub(
        lambda match: _replace_pictographs(match[0], put, east_asian), text
    )
    return "".join(
        c if c.isascii() or has_glyph(c, east_asian) else _plain_form(c, text[i - 1 : i], east_asian)
        for i, c in enumerate(text)
    )


def _replace_pictographs(run: str, put: Callable[[str], str], east_asian: bool) -> str:
    """Return ``run`` with its text characters (℃, №, ™) kept and the rest replaced by ``put``."""
    drawn = gone = ""
    for character in run:
        has = has_glyph(character, east_asian)
        plain = character if has else _plain_form(character, drawn[-1:], east_asian)
        if character in _JOINING or (plain == character and not has):
            gone += character
            continue
        drawn += (put(gone) if gone.strip(_JOINING) else "") + plain
        gone = ""
    return drawn + (put(gone) if gone.strip(_JOINING) else "")


def is_east_asian(text: str) -> bool:
    """Return whether ``text`` has a letter of Chinese, Japanese or Korean. The font of these also has many symbols,
    which count only beside such letters: other texts are drawn on machines without it."""
    return not text.isascii() and _compile_pattern(_EAST_ASIAN).search(text) is not None


def is_right_to_left(text: str) -> bool:
    """Return whether ``text`` is written from right to left: more of its letters are Arabic than others."""
    if text.isascii() or not _compile_pattern(_RIGHT_TO_LEFT).search(text):
        return False
    letters = _compile_pattern(r"\p{L}").findall(text)
    return 2 * len(_compile_pattern(_RIGHT_TO_LEFT).findall("".join(letters))) > len(letters)


def has_glyph(character: str, east_asian: bool = False) -> bool:
    """Return whether a caption font has ``character``; ``east_asian``: whether it stands in an East Asian text, in
    which full-width punctuation stays and full-width letters and digits do not."""
    return _find_font_of(character, east_asian) is not None


@lru_cache(maxsize=4096)
def _find_font_of(character: str, east_asian: bool) -> str | None:
    point = ord(character)
    if east_asian and point >= 0xFF10 and unicodedata.east_asian_width(character) == "F" and character.isalnum():
        return None
    is_symbol = 0x2000 <= point < 0x2E80 and unicodedata.category(character) == "So"
    fonts = (*_USUAL_FONTS, *(() if is_symbol or point < _FIRST_OTHER else _OTHER_FONTS))
    if east_asian and not is_symbol:
        fonts = (*fonts, _HAN_FONT)
    return next((font for font in fonts if point in read_font_coverage(font)), None)


def _plain_form(character: str, before: str, east_asian: bool) -> str:
    """Return the compatibility form of ``character`` (Unicode, NFKC) if the caption fonts have that. A space separates
    a fraction from the digit ``before`` it."""
    plain = unicodedata.normalize("NFKC", character)
    if plain == character or not all(has_glyph(c, east_asian) for c in plain):
        return character
    if unicodedata.decomposition(character).startswith("<super>") and plain.isdigit():
        return f"^{plain}"
    return f" {plain}" if "\u2044" in plain and before.isdigit() else plain


def find_undrawable_character(text: str) -> str | None:
    """Return the first character that the caption fonts cannot draw, or None.

    One font draws a whole grapheme cluster.
    """
    text = make_drawable(text)
    if text.isascii() and text.isprintable():
        return None
    fonts = (*_USUAL_FONTS, *_OTHER_FONTS, *((_HAN_FONT,) if is_east_asian(text) else ()))
    for cluster in split_graphemes(text):
        if cluster.isascii() and cluster.isprintable():
            continue
        points = [ord(c) for c in cluster if not _is_ignored(c)]
        missing = min(([p for p in points if p not in read_font_coverage(font)] for font in fonts), key=len)
        if missing:
            return chr(missing[0])
    return None


def _is_ignored(character: str) -> bool:
    return character.isspace() or character in _NEVER_DRAWN or "\U000e0100" <= character <= "\U000e01ef"


def describe_character(character: str) -> str:
    """Return ``character`` in a form that people can look up: ``'→' (U+2192 RIGHTWARDS ARROW)``."""
    name = unicodedata.name(character, "")
    return f"{character!r} (U+{ord(character):04X}{' ' if name else ''}{name})"


def explain_undrawable(character: str) -> str:
    """Return why ``character`` cannot be drawn, and what to do, as the end of a sentence about it."""
    script = unicodedata.name(character, "").partition(" ")[0].capitalize()
    known = {name for facts in SCRIPTS.values() for name in facts.properties} | {"Greek", "Cjk", ""}
    if unicodedata.category(character)[0] in "LM" and script not in known:
        return (
            f"which the caption fonts cannot draw: there is no font and no rule of line breaks for the {script} script;"
            " write the text in a language that `sutradhar languages` lists"
        )
    return "which the caption fonts cannot draw; take it out or spell it"


def split_graphemes(text: str) -> list[str]:
    """Return ``text`` as user-perceived characters (UAX #29 extended grapheme clusters)."""
    return _compile_pattern(r"\X").findall(text)


def split_sentences(text: str) -> list[str]:
    """Split ``text`` after the sentence ends of all languages (``. ! ? । ॥ … ؟ ۔ 。``); closing quotes stay with their
    sentence, and a title, an initial and the number of an item do not end one. Japanese and Chinese sentences follow
    each other without a space."""
    abbreviations = find_abbreviations(text)
    parts, start, before, last = [], 0, "", ("", 0)
    for at, word in _iterate_pieces(text):
        if last[0] and abbreviations and is_closing(word):
            last = (last[0] + word, at + len(word))
            continue
        if (
            last[0]
            and ends_sentence(last[0], word, abbreviations)
            and not is_item_number(last[0], before, abbreviations)
        ):
            parts.append(text[start : last[1]])
            start = at
        before, last = last[0], (word, at + len(word))
    return [s for s in (*parts, text[start:].strip()) if s]


def _iterate_pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the texts between spaces, and the sentences of those that have none, with their places."""
    for match in _compile_pattern(r"\S+").finditer(text):
        at = match.start()
        for piece in split_at_ends(match[0]) if has_phrases(match[0]) else (match[0],):
            yield at, piece
            at += len(piece)


@cache
def _compile_pattern(pattern: str) -> "Pattern[str]":
    import regex  # noqa: PLC0415 - a function that reads no text does without

    return regex.compile(pattern, flags=regex.VERSION1)
