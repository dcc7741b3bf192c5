"""Divide a text among fonts: each part is drawn in a font that has its characters."""

import struct
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain, groupby

import regex
from fontTools.ttLib import TTFont
from PIL import ImageFont

from gpu_renderer.text.fonts import FontFile, Typeface, find_typeface
from sutradhar.domain.core.errors import NotInstalled
from sutradhar.domain.language.scripts import SCRIPTS
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.text.letter_scripts import choose_script, find_other_script, list_other_letters
from sutradhar.domain.text.text import split_graphemes

_DEVANAGARI = regex.compile(r"\p{Script=Devanagari}")
_WORD_OR_SPACE = regex.compile(r"\S+|\s+")
_LETTER = regex.compile(r"\p{L}")
_MARKS = r"\p{Bidi_Control}\p{Variation_Selector}"
IGNORED = regex.compile(rf"[\s\u200c\u200d{_MARKS}]")
"""Characters that are drawn as nothing: spaces, joiners, marks of direction and of variants."""
_MARK = regex.compile(rf"[{_MARKS}]")


@cache
def read_coverage(font: FontFile) -> frozenset[int]:
    """Return the code points that ``font`` has glyphs for."""
    with font.path.open("rb") as file, TTFont(file, lazy=True, fontNumber=font.face) as opened:
        points = _read_wide_points(opened.reader["cmap"]) if font.path.suffix == ".ttc" else None
        return frozenset(points or opened.getBestCmap())


def _read_wide_points(table: bytes) -> Iterable[int] | None:
    """Return the code points in the subtable for all of Unicode (OpenType, cmap, format 12); None: there is none. For
    the 44,000 of Noto Sans CJK fontTools takes 0.2 s and 40 MB, since it names each glyph."""
    for record in range(struct.unpack_from(">H", table, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", table, 4 + 8 * record)
        if (platform, encoding) == (3, 10) and struct.unpack_from(">H", table, offset)[0] == 12:
            count = struct.unpack_from(">L", table, offset + 12)[0]
            groups = struct.iter_unpack(">LLL", table[offset + 16 : offset + 16 + 12 * count])
            return chain.from_iterable(range(first, last + 1) for first, last, _ in groups)
    return None


def has_glyphs(font: FontFile, text: str) -> bool:
    """Return whether ``font`` has a glyph for each character of ``text``."""
    covered = read_coverage(font._replace(language=""))
    return all(ord(c) in covered for c in text)


def split_by_font(text: str, face: Typeface) -> list[tuple[FontFile, str]]:
    """Split ``text`` where the font changes, and return each part with its font.

    Digits, punctuation and the like stay with the letters before them (at the start: after them) if that font has
    them. A grapheme cluster is never split.

    Raises:
        NotInstalled: the font of a script is missing.
    """
    letters = list_other_letters(text)
    if face.keeps_words and face.spare:
        words = _split_by_face(text, face, face.spare, letters)
        chosen = [pair for own, part in words for pair in _choose_fonts(part, own, letters)]
    else:
        chosen = _choose_fonts(text, face, letters)
    return [(font, "".join(c for _, c in part)) for font, part in groupby(chosen, key=lambda pair: pair[0])]


def _choose_fonts(text: str, face: Typeface, letters: str) -> list[tuple[FontFile, str]]:
    """Return the grapheme clusters of ``text``, each with its font. ``letters``: all letters of other scripts."""
    clusters = split_graphemes(text)
    current = next((font for c in clusters if (font := _choose_font(c, face, letters))), face.latin)
    chosen: list[tuple[FontFile, str]] = []
    for cluster in clusters:
        current = _choose_font(cluster, face, letters) or current
        chosen.append((_find_font_with(cluster, current, face), cluster))
    return chosen


def _split_by_face(text: str, face: Typeface, spare: Typeface, letters: str) -> list[tuple[Typeface, str]]:
    """Return the parts of ``text`` with the face of each: a word goes to ``spare`` if ``face`` lacks a letter of it."""

    def choose(part: str) -> Typeface:
        fonts = [(font, c) for c in split_graphemes(part) if (font := _choose_font(c, face, letters))]
        return face if all(has_glyphs(font, IGNORED.sub("", cluster)) for font, cluster in fonts) else spare

    parts = [(choose(part), part) for part in _WORD_OR_SPACE.findall(text)]
    return [(own, "".join(part for _, part in group)) for own, group in groupby(parts, key=lambda pair: pair[0])]


def _find_font_with(cluster: str, current: FontFile, face: Typeface) -> FontFile:
    """Return ``current`` if it has ``cluster``, else the first font of ``face`` that has it, else ``current``."""
    needed = (
        IGNORED.sub("", cluster) if face.keeps_words or current not in _list_usual(face) else _MARK.sub("", cluster)
    )
    if has_glyphs(current, needed):
        return current
    others = [font for font in (face.latin, face.devanagari) if font != current]
    if spare := face.spare:
        own = spare.devanagari if current == face.devanagari else spare.latin
        others += [own, spare.latin if own == spare.devanagari else spare.devanagari]
    usual = next((font for font in others if has_glyphs(font, needed)), None)
    return usual or next((font for font in _list_fonts(face) if has_glyphs(font, needed)), current)


def _list_usual(face: Typeface) -> tuple[FontFile, ...]:
    spare = face.spare
    return (face.latin, face.devanagari, *((spare.latin, spare.devanagari) if spare else ()))


def _list_fonts(face: Typeface) -> Iterator[FontFile]:
    """Yield the fonts of all scripts that are installed, that of the face's language first."""
    own = [FACTS[face.language].script] if face.language else []
    for script in (*own, *SCRIPTS):
        try:
            yield face.find_font(script)
        except NotInstalled:
            continue


def _choose_font(cluster: str, face: Typeface, letters: str) -> FontFile | None:
    """Return the font of the letters of ``cluster``; None: any font may draw it."""
    if _DEVANAGARI.search(cluster):
        return face.devanagari
    if letters and (name := find_other_script(cluster)):
        return face.find_font(choose_script(name, face.language, letters))
    if not _LETTER.search(cluster):
        return None
    # a letter that several scripts share, such as the mark of length of Japanese, stays with the letters before it
    is_usual = any(has_glyphs(font, IGNORED.sub("", cluster)) for font in _list_usual(face))
    return face.latin if is_usual or not letters else None


def list_other_fonts(text: str, face: Typeface) -> list[FontFile]:
    """Return the fonts of parts of ``text`` that are neither chosen by ``face`` nor those of all captions, or that draw
    the forms of letters of one language."""
    usual = {*_list_usual(face), *_list_usual(find_typeface())}
    fonts = dict.fromkeys(font for font, _ in split_by_font(text, face))
    return [font for font in fonts if font.language or font not in usual]


@lru_cache(maxsize=64)
def load_font(font: FontFile, size: float) -> ImageFont.FreeTypeFont:
    """Open ``font`` at ``size`` pixels to the em."""
    return ImageFont.truetype(font.path, size, index=font.face, layout_engine=ImageFont.Layout.RAQM)
