"""Find the space that lines need above and below their baselines, which differs among scripts."""

from collections.abc import Sequence
from typing import NamedTuple

from gpu_renderer.text.font_runs import split_by_font
from gpu_renderer.text.fonts import Typeface
from sutradhar.domain.language.scripts import SCRIPTS
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language

ASCENT, DESCENT, PITCH = 0.95, 0.4, 1.32
"""Ems. The space that a line needs above and below its baseline for vowel signs (measured on Noto's glyphs), and the
distance between two baselines."""
_OVERLAP = 0.03
"""Ems by which two lines overlap: the lowest letter of one seldom stands above the highest one of the next."""


class LineHeights(NamedTuple):
    """Ems above and below the baseline, and the distance between two baselines."""

    ascent: float
    descent: float
    pitch: float

    def measure(self, lines: int) -> float:
        """Return the height of so many lines, in ems."""
        return self.ascent + self.descent + self.pitch * (lines - 1)


USUAL = LineHeights(ASCENT, DESCENT, PITCH)
_ROOMS = {
    name: (facts.ascent, facts.descent)
    for facts in SCRIPTS.values()
    for name in (facts.bold, facts.regular)
    if (facts.ascent, facts.descent) != (ASCENT, DESCENT)
}
"""Ems above and below the baseline by the names of fonts."""


def find_heights(lines: Sequence[str], face: Typeface) -> LineHeights:
    """Return the heights of ``lines``: those of the font that needs most."""
    fonts = {font.name for line in lines for font, _ in split_by_font(line, face)}
    return _join_rooms(fonts)


def find_language_heights(language: Language | None) -> LineHeights:
    """Return the heights of lines in ``language``."""
    return _join_rooms({FACTS[language].script_facts.bold} if language else set())


def _join_rooms(fonts: set[str]) -> LineHeights:
    rooms = [_ROOMS[name] for name in fonts if name in _ROOMS]
    if not rooms:
        return USUAL
    ascent, descent = max(ASCENT, *(a for a, _ in rooms)), max(DESCENT, *(d for _, d in rooms))
    return LineHeights(ascent, descent, ascent + descent - _OVERLAP)
