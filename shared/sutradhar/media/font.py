"""Check the fonts that users send for their brands, and draw a sample of their letters."""

import io
import logging
import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from fontTools.ttLib import TTFont, TTLibError
from PIL import Image, ImageDraw, ImageFont

from sutradhar.domain.plan.brand import Script
from sutradhar.media.formats import MediaError

MAX_BYTES = 20_000_000
"""The most bytes of a font: the largest of Noto's with one script has 2 MB."""
# it would write a line for each record of a damaged table: a file of 1 MB can have 30,000
logging.getLogger("fontTools").setLevel(logging.CRITICAL)
_SIGNATURES = (b"\0\1\0\0", b"true", b"OTTO")
_REFUSED: Mapping[bytes, tuple[str, str]] = {
    b"ttcf": ("is a collection of fonts", "export the one font that you want as TTF or OTF"),
    b"wOFF": ("is a font for web pages (WOFF)", "send the same font as TTF or OTF"),
    b"wOF2": ("is a font for web pages (WOFF2)", "send the same font as TTF or OTF"),
}
_TABLES = ("cmap", "head", "hhea", "hmtx", "maxp", "name")
_OUTLINES = ("glyf", "CFF ", "CFF2")
_RESTRICTED = 0x0002
_USAGE = 0x000F
"""The bits of fsType that say what the licence of the font allows
(learn.microsoft.com/typography/opentype/spec/os2#fstype)."""
_PUNCTUATION = ".,?!'\"-:;()&%"
_DEVANAGARI_GAPS = {0x090C, 0x090D, 0x090E, 0x0912, 0x0929, 0x0931, 0x0934, 0x093A, 0x093B, 0x093D, 0x0944, 0x0946}
"""Letters that Hindi has no use for."""
LETTERS: Mapping[Script, Collection[int]] = {
    "latin": [
        *range(ord("A"), ord("Z") + 1),
        *range(ord("a"), ord("z") + 1),
        *range(ord("0"), ord("9") + 1),
        *map(ord, _PUNCTUATION),
    ],
    "devanagari": [
        *(code for code in range(0x0901, 0x094A) if code not in _DEVANAGARI_GAPS and code != 0x0904),
        *(0x094B, 0x094C, 0x094D, 0x0964),
        *range(0x0966, 0x0970),
    ],
}
"""The characters that a font needs to write the texts of each script. Every other one is drawn in the usual fonts."""
_SHAPING = {"deva", "dev2", "dev3"}
"""The tags of the rules that join the letters of Devanagari; without these a conjunct falls apart."""
_MOST_NAMED = 12
_SAMPLES: Mapping[Script, str] = {"latin": "Ag Kx 27", "devanagari": "अ क्षि श्रेष्ठ"}
_SAMPLE_SIZE, _SAMPLE_PITCH, _SAMPLE_WIDTH = 64, 110, 512
_TRIAL_SIZE, _MOST_EMS = 24, 5
"""The size in pixels at which each letter is drawn once, and the most ems by which one may reach from its origin."""
_INK = (139, 108, 240, 255)
"""The accent of the studio, which is seen on light and on dark pages."""


@dataclass(frozen=True)
class FontInfo:
    """The facts about a font."""

    family: str
    style: str
    scripts: tuple[Script, ...]
    missing: Mapping[Script, str]
    notices: tuple[str, ...] = ()


def is_font(file: BinaryIO) -> bool:
    """Return whether ``file`` begins as a font does. Raise MediaError: it is a kind of font that cannot be used."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head in _REFUSED:
        raise MediaError(*_REFUSED[head])
    return head in _SIGNATURES


def read_font(file: BinaryIO) -> FontInfo:
    """Return the facts about the font in ``file``.

    Raises:
        MediaError: it is damaged, its licence forbids to embed it, or it has the letters of no script.
    """
    data = _read_all(file)
    try:
        with TTFont(io.BytesIO(data), lazy=True) as font:
            _require_tables(font)
            _require_permission(font)
            info = _describe(font)
        _require_drawable_letters(data, info.scripts)
    except MediaError:
        raise
    # fontTools raises errors of many kinds for a damaged table: its own, of struct, of indexes, and assertions
    except (
        *(TTLibError, struct.error, LookupError, ValueError, TypeError, AttributeError, AssertionError),
        *(OSError, EOFError, OverflowError, RecursionError, NotImplementedError, Image.DecompressionBombError),
    ) as exc:
        raise MediaError("is a damaged font", "download or export it again") from exc
    if not info.scripts:
        lacks = "; ".join(f"for {script.capitalize()} it lacks {text}" for script, text in info.missing.items())
        raise MediaError(f"is a font without the letters of a script ({lacks})", "send another font")
    return info


def draw_sample(file: BinaryIO) -> Image.Image:
    """Return an image of some letters of the font in ``file``, of each script that it has. Raise MediaError."""
    info, data = read_font(file), _read_all(file)
    image = Image.new("RGBA", (_SAMPLE_WIDTH, _SAMPLE_PITCH * len(info.scripts)))
    try:
        for row, script in enumerate(info.scripts):
            line = _draw_line(data, _SAMPLES[script])
            image.alpha_composite(line, (0, row * _SAMPLE_PITCH))
    except (OSError, ValueError, Image.DecompressionBombError) as exc:
        raise MediaError("is a font that cannot be drawn", "download or export it again") from exc
    return image


def _require_drawable_letters(data: bytes, scripts: Collection[Script]) -> None:
    """Draw each letter of the scripts. Raise MediaError: one is of a size that no text has; OSError: one is damaged."""
    font = ImageFont.truetype(io.BytesIO(data), _TRIAL_SIZE)
    for script in scripts:
        for code in LETTERS[script]:
            left, top, right, bottom = font.getbbox(chr(code), anchor="ls")
            if max(-left, -top, right, bottom) > _MOST_EMS * _TRIAL_SIZE:
                raise MediaError(f"is a font whose letter {chr(code)} is too large", "export the font again")
            font.getmask(chr(code))


def _draw_line(data: bytes, text: str) -> Image.Image:
    font = ImageFont.truetype(io.BytesIO(data), _SAMPLE_SIZE)
    image = Image.new("RGBA", (_SAMPLE_WIDTH, _SAMPLE_PITCH))
    ImageDraw.Draw(image).text((16, _SAMPLE_PITCH - 32), text, _INK, font, "ls")
    return image


def _read_all(file: BinaryIO) -> bytes:
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise MediaError(f"is a font of more than {MAX_BYTES // 1_000_000} MB", "send one with fewer scripts")
    return data


def _require_tables(font: TTFont) -> None:
    if lacking := [name for name in _TABLES if name not in font]:
        raise MediaError(f"is a font without the table {lacking[0]}", "download or export it again")
    if not any(name in font for name in _OUTLINES):
        raise MediaError("is a font of bitmaps or colours, without outlines", "send a font with outlines")


def _require_permission(font: TTFont) -> None:
    if "OS/2" in font and font["OS/2"].fsType & _USAGE == _RESTRICTED:
        raise MediaError(
            "is a font whose licence forbids to embed it (fsType 2)",
            "choose a font with an open licence, such as OFL, or ask those who sell it for another file",
        )


def _describe(font: TTFont) -> FontInfo:
    covered = set(font.getBestCmap() or {})
    missing = {script: text for script in LETTERS if (text := ", ".join(_list_missing(font, covered, script)))}
    notices = ["is a variable font; its default style is drawn"] if "fvar" in font else []
    names = font["name"]
    return FontInfo(
        family=(names.getBestFamilyName() or "unnamed")[:100],
        style=(names.getBestSubFamilyName() or "")[:100],
        scripts=tuple(script for script in LETTERS if script not in missing),
        missing=missing,
        notices=tuple(notices),
    )


def _list_missing(font: TTFont, covered: set[int], script: Script) -> Iterator[str]:
    lacking = [chr(code) for code in LETTERS[script] if code not in covered]
    if lacking:
        rest = f" and {len(lacking) - _MOST_NAMED} more" if len(lacking) > _MOST_NAMED else ""
        yield f"{' '.join(lacking[:_MOST_NAMED])}{rest}"
    elif script == "devanagari" and not _SHAPING & _list_script_tags(font):
        yield "the rules that join its letters (GSUB)"


def _list_script_tags(font: TTFont) -> set[str]:
    scripts = font["GSUB"].table.ScriptList if "GSUB" in font else None
    return {record.ScriptTag for record in scripts.ScriptRecord} if scripts else set()
