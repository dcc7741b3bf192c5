"""Order the characters of a line for the eye, if some of its letters are written from right to left.

The levels are those of the Unicode Bidirectional Algorithm (UAX #9), by the library FriBiDi, with which Pillow orders
the glyphs of each font too.
"""

import ctypes
import sys
from collections.abc import Sequence
from ctypes import POINTER, c_byte, c_int32, c_uint32
from functools import cache

import regex

from sutradhar.domain.core.errors import NotInstalled
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language

_RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")
_LEFT_TO_RIGHT = regex.compile(r"\p{Bidi_Class=L}")
_FROM_LEFT, _FROM_RIGHT = 0x110, 0x111
"""Directions of a paragraph (fribidi-bidi-types.h)."""
_NAMES = {
    "darwin": ("libfribidi.0.dylib", "/opt/homebrew/lib/libfribidi.0.dylib", "/usr/local/lib/libfribidi.0.dylib"),
}


@cache
def _load() -> ctypes.CDLL:
    for name in _NAMES.get(sys.platform, ("libfribidi.so.0",)):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        characters, length = POINTER(c_uint32), c_int32
        library.fribidi_get_bidi_types.argtypes = (characters, length, characters)
        library.fribidi_get_bracket_types.argtypes = (characters, length, characters, characters)
        library.fribidi_get_par_embedding_levels_ex.argtypes = (
            *(characters, characters, length),
            *(POINTER(c_uint32), POINTER(c_byte)),
        )
        library.fribidi_get_par_embedding_levels_ex.restype = c_byte
        return library
    raise NotInstalled("the library FriBiDi, which orders letters", advice="apt-get install libfribidi0")


def has_right_to_left(text: str) -> bool:
    """Return whether a letter of ``text`` is written from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def runs_right_to_left(text: str, language: Language | None) -> bool:
    """Return whether the lines of ``text`` begin at the right: in a language that is written so, if one letter is, and
    in any other language if most letters are."""
    letters = len(_RIGHT_TO_LEFT.findall(text))
    if letters and language and FACTS[language].direction == "rtl":
        return True
    return letters > len(_LEFT_TO_RIGHT.findall(text))


def find_levels(line: str, *, is_rtl: bool) -> list[int]:
    """Return the embedding level of each character of ``line``: odd ones are written from right to left.

    Args:
        is_rtl: True: the line begins at the right.
    """
    count = len(line)
    array = c_uint32 * count
    characters, types, brackets = array(*map(ord, line)), array(), array()
    levels, direction = (c_byte * count)(), c_uint32(_FROM_RIGHT if is_rtl else _FROM_LEFT)
    library = _load()
    library.fribidi_get_bidi_types(characters, count, types)
    library.fribidi_get_bracket_types(characters, count, types, brackets)
    top = library.fribidi_get_par_embedding_levels_ex(types, brackets, count, ctypes.byref(direction), levels)
    if top == 0:
        raise MemoryError
    base = int(is_rtl)
    ended = len(line.rstrip())  # spaces at the end of a line stand at its end (rule L1)
    return [*list(levels)[:ended], *[base] * (count - ended)]


def find_line_levels(lines: Sequence[str], *, is_rtl: bool) -> list[list[int] | None]:
    """Return the levels of each of ``lines``, which follow each other in one text: the letters of one line decide how a
    number at the start of the next one is written. None: no letter of the text is written from right to left.

    Args:
        is_rtl: True: the lines begin at the right.
    """
    if not any(map(has_right_to_left, lines)):
        return [None] * len(lines)
    levels = find_levels(" ".join(lines), is_rtl=is_rtl)
    starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
    return [levels[at : at + len(line)] for at, line in zip(starts, lines, strict=True)]


def order_by_level(levels: Sequence[int]) -> list[int]:
    """Return the numbers of parts with these ``levels`` in their order from left to right (rule L2)."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end + 1
    return order
