"""Divide a text among fonts: each part is drawn in a font that has its characters."""

from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import regex
from fontTools.ttLib import TTFont
from PIL import ImageFont

from gpu_renderer.text.fonts import Typeface
from sutradhar.domain.text.text import split_graphemes

_DEVANAGARI = regex.compile(r"\p{Script=Devanagari}")
_WORD_OR_SPACE = regex.compile(r"\S+|\s+")
_LETTER = regex.compile(r"\p{L}")
IGNORED = regex.compile(r"[\s\u200c\u200d]")
"""Characters that are drawn as nothing."""


@cache
def read_coverage(font: Path) -> frozenset[int]:
    """Return the code points that the file ``font`` has glyphs for."""
    with font.open("rb") as file, TTFont(file, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def has_glyphs(font: Path, text: str) -> bool:
    """Return whether the file ``font`` has a glyph for each character of ``text``."""
    return all(ord(c) in read_coverage(font) for c in text)


def split_by_font(text: str, face: Typeface) -> list[tuple[Path, str]]:
    """Split ``text`` where the font changes, and return each part with its font.

    Digits, punctuation and the like stay with the letters before them (at the start: after them) if that font has
    them. A grapheme cluster is never split.
    """
    if face.keeps_words and face.spare:
        words = _split_by_face(text, face, face.spare)
        chosen = [pair for own, part in words for pair in _choose_fonts(part, own)]
    else:
        chosen = _choose_fonts(text, face)
    return [(font, "".join(c for _, c in part)) for font, part in groupby(chosen, key=lambda pair: pair[0])]


def _choose_fonts(text: str, face: Typeface) -> list[tuple[Path, str]]:
    """Return the grapheme clusters of ``text``, each with its font."""
    clusters = split_graphemes(text)
    current = next((font for c in clusters if (font := _choose_font(c, face))), face.latin)
    chosen: list[tuple[Path, str]] = []
    for cluster in clusters:
        current = _choose_font(cluster, face) or current
        chosen.append((_find_font_with(cluster, current, face), cluster))
    return chosen


def _split_by_face(text: str, face: Typeface, spare: Typeface) -> list[tuple[Typeface, str]]:
    """Return the parts of ``text`` with the face of each: a word goes to ``spare`` if ``face`` lacks a letter of it."""

    def choose(part: str) -> Typeface:
        letters = [(font, cluster) for cluster in split_graphemes(part) if (font := _choose_font(cluster, face))]
        return face if all(has_glyphs(font, IGNORED.sub("", cluster)) for font, cluster in letters) else spare

    parts = [(choose(part), part) for part in _WORD_OR_SPACE.findall(text)]
    return [(own, "".join(part for _, part in group)) for own, group in groupby(parts, key=lambda pair: pair[0])]


def _find_font_with(cluster: str, current: Path, face: Typeface) -> Path:
    """Return ``current`` if it has ``cluster``, else the first font of ``face`` that has it, else ``current``."""
    needed = IGNORED.sub("", cluster) if face.keeps_words else cluster
    if has_glyphs(current, needed):
        return current
    others = [face.latin if current == face.devanagari else face.devanagari]
    if spare := face.spare:
        own = spare.devanagari if current == face.devanagari else spare.latin
        others += [own, spare.latin if own == spare.devanagari else spare.devanagari]
    return next((font for font in others if has_glyphs(font, needed)), current)


def _choose_font(cluster: str, face: Typeface) -> Path | None:
    if _DEVANAGARI.search(cluster):
        return face.devanagari
    return face.latin if _LETTER.search(cluster) else None


@lru_cache(maxsize=64)
def load_font(path: Path, size: float) -> ImageFont.FreeTypeFont:
    """Open ``path`` at ``size`` pixels to the em."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)
