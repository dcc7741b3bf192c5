"""Every script is drawn as HarfBuzz shapes it: the glyphs that HarfBuzz chooses, at its places, rendered by FreeType.

HarfBuzz and FreeType are those of uharfbuzz and freetype-py here, and those inside Pillow in the renderer. So a pixel
may differ by a little, where another version of FreeType rounds its coverage or its hints differently.
"""

from collections.abc import Iterator
from functools import cache

import freetype
import numpy as np
import pytest
import uharfbuzz

from gpu_renderer.text.fonts import FontFile, Typeface, find_typeface
from gpu_renderer.text.line_layout import Run, split_runs
from gpu_renderer.text.text_renderer import cover_pixels, find_missing_glyphs
from sutradhar.domain.language.scripts import SCRIPTS, Script
from tests.phrases import list_phrases

SIZE, LEFT, BASELINE, HEIGHT = 50, 50, 130, 170  # at other sizes the hints of some letters differ between versions
PHRASES = 200
_MOST_OFF = 0.004
"""The most that all pixels may differ, as a share of the ink; another glyph, or one a pixel away, differs by more."""


@pytest.mark.parametrize("script", SCRIPTS)
def test_phrases_are_drawn_as_harfbuzz_shapes_them(script: Script) -> None:
    phrases = list_phrases(script, PHRASES)
    assert len(set(phrases)) == PHRASES
    for language, text in phrases:
        face = find_typeface().adapt_to_language(language)
        assert find_missing_glyphs(text, language) == "", text
        theirs = draw_by_harfbuzz(text, face, half=32)
        ours = cover_pixels([text], [(LEFT, BASELINE)], theirs.shape[::-1], face, SIZE, 0.0).astype(int)
        off = np.abs(ours - theirs)
        if off.sum() > _MOST_OFF * ours.sum():
            # Pillow adds the fraction of the place of a run to those of its glyphs, which rounds some up by a 64th
            off = np.minimum(off, np.abs(ours - draw_by_harfbuzz(text, face, half=33)))
        assert off.sum() <= _MOST_OFF * ours.sum(), text


def draw_by_harfbuzz(text: str, face: Typeface, half: int) -> np.ndarray:
    """Return the share of each pixel that the glyphs of ``text`` cover, 0-255.

    Args:
        half: 64ths of a pixel that are added before a place is rounded down.
    """
    glyphs, pen = [], LEFT * 64
    for run in split_runs(text, face):
        size = round(face.scale_size(run.font, SIZE) * 64)
        for glyph, x, y, advance in shape(run, size):
            # Pillow puts glyphs on whole pixels
            glyphs.append((render(run.font, size, glyph), (pen + x + half) >> 6, (y + 32) >> 6))
            pen += advance
    image = np.zeros((HEIGHT, (pen >> 6) + LEFT), int)
    for (ink, across, up), x, y in glyphs:
        left, top = x + across, BASELINE - y - up
        part = image[top : top + ink.shape[0], left : left + ink.shape[1]]
        part += ink - (part * ink + 127) // 255
    return image


@cache
def open_font(font: FontFile, size: int) -> tuple[uharfbuzz.Font, freetype.Face]:
    shaped = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(font.path)), font.face))
    shaped.scale = (size, size)
    rendered = freetype.Face(str(font.path), font.face)
    rendered.set_char_size(size, 0, 72, 72)
    return shaped, rendered


@cache
def render(font: FontFile, size: int, glyph: int) -> tuple[np.ndarray, int, int]:
    """Return the pixels of a glyph, and how far to the right and up from its place they begin."""
    rendered = open_font(font, size)[1]
    rendered.load_glyph(glyph, freetype.FT_LOAD_DEFAULT | freetype.FT_LOAD_RENDER)
    slot, bitmap = rendered.glyph, rendered.glyph.bitmap
    ink = np.array(bitmap.buffer, int).reshape(bitmap.rows, bitmap.pitch)[:, : bitmap.width]
    return ink, slot.bitmap_left, slot.bitmap_top


def shape(run: Run, size: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the number, the place and the advance of each glyph, in 64ths of a pixel."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    if run.direction:
        buffer.direction = run.direction
    if run.font.language:
        buffer.language = run.font.language
    uharfbuzz.shape(open_font(run.font, size)[0], buffer)
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        yield info.codepoint, place.x_offset, place.y_offset, place.x_advance
