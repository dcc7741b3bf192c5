"""Make the typeface of a brand from font files that users sent."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTLibError

from gpu_renderer.text.font_runs import load_font, read_coverage
from gpu_renderer.text.fonts import FontFile, Typeface, find_typeface
from gpu_renderer.text.line_heights import ASCENT, DESCENT
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.brand import Script

_SAMPLES: Mapping[Script, str] = {
    "latin": "ÀÉÎÖÅŮAHbdfhklgjpqyçQ|()/&",
    "devanagari": "र्क कि की कूँ हृ द्ध्र ङ्ख ट्ठ ॐ ऐ औ",
}
"""The highest and lowest letters of each script."""
_MEASURED_AT = 200
"""Pixels to the em at which a font is measured."""


def make_brand_typeface(fonts: Mapping[Script, Path]) -> Typeface:
    """Return the typeface that draws in ``fonts``, and in the usual fonts what these lack.

    Letters that are higher or deeper than a line has room for are drawn smaller, so that no line touches the next.

    Raises:
        RenderError: a file is no font that can be drawn with.
    """
    usual = find_typeface()
    if not fonts:
        return usual
    latin = FontFile(fonts["latin"]) if "latin" in fonts else usual.latin
    devanagari = FontFile(fonts["devanagari"]) if "devanagari" in fonts else usual.devanagari
    scales: dict[Path, float] = {}
    for script, path in fonts.items():
        scales[path] = min(_measure_scale(path, script), scales.get(path, 1.0))
    return Typeface(latin, devanagari, spare=usual, scales=tuple(scales.items()), keeps_words=True)


@lru_cache(maxsize=16)
def _measure_scale(path: Path, script: Script) -> float:
    """Return the factor, at most 1, by which the letters of the font are drawn smaller to fit a line."""
    try:
        covered = read_coverage(FontFile(path))
        sample = "".join(c for c in _SAMPLES[script] if ord(c) in covered)
        if not sample.strip():
            return 1.0
        _, top, _, bottom = load_font(FontFile(path), _MEASURED_AT).getbbox(sample, anchor="ls")
    except (OSError, TTLibError, ValueError, KeyError, AssertionError) as exc:
        raise RenderError(
            f"a font of the brand cannot be used: {exc}",
            stage="picture",
            advice="give the brand another font, as a TTF or OTF file, and send the plan again",
        ) from exc
    return min(1.0, ASCENT * _MEASURED_AT / max(-top, 1), DESCENT * _MEASURED_AT / max(bottom, 1))
