"""Make the files of brands: fonts of boxes, and logos."""

import hashlib
import io
from collections.abc import Iterable

import numpy as np
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image

from sutradhar.domain.plan.brand import BrandLook, LookFile, LookLogo
from sutradhar.domain.plan.choices import Corner
from sutradhar.ports.stores import BlobStore

ENGLISH = "".join(map(chr, range(0x20, 0x7F)))
_EM = 1000


def make_font(characters: Iterable[str] = ENGLISH, *, top: int = 700, bottom: int = -100) -> bytes:
    """Return a TrueType font whose letters are boxes from ``bottom`` to ``top`` thousandths of an em."""
    codes = sorted({*map(ord, characters)})
    names = {code: f"u{code:04X}" for code in codes}
    pen = TTGlyphPen(None)
    for i, (x, y) in enumerate(((50, bottom), (50, top), (450, top), (450, bottom))):
        pen.lineTo((x, y)) if i else pen.moveTo((x, y))
    pen.closePath()
    box, empty = pen.glyph(), TTGlyphPen(None).glyph()
    order = [".notdef", *names.values()]
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    blank = {".notdef", names.get(0x20)}
    builder.setupGlyf({name: empty if name in blank else box for name in order})
    builder.setupHorizontalMetrics(dict.fromkeys(order, (500, 50)))
    builder.setupHorizontalHeader(ascent=top, descent=bottom)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=top, sTypoDescender=bottom, usWinAscent=top, usWinDescent=-bottom)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    out = io.BytesIO()
    builder.font.recalcTimestamp = False
    builder.save(out)
    return out.getvalue()


def make_logo(width: int = 400, height: int = 200) -> bytes:
    """Return the PNG of an orange ellipse whose surroundings are transparent green."""
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    inside = np.clip((1 - np.hypot(x, y)) * height / 2, 0, 1)
    rgba = np.empty((height, width, 4), np.uint8)
    rgba[:] = (0, 255, 0, 0)
    rgba[inside > 0, :3] = (255, 120, 0)
    rgba[..., 3] = np.rint(255 * inside)
    out = io.BytesIO()
    Image.fromarray(rgba).save(out, "PNG")
    return out.getvalue()


def store_file(blobs: BlobStore, data: bytes, name: str = "uploads/") -> LookFile:
    """Store ``data`` under a name that begins with ``name``."""
    sha256 = hashlib.sha256(data).hexdigest()
    blobs.put(f"{name}{sha256[:16]}", data)
    return LookFile(blob=f"{name}{sha256[:16]}", sha256=sha256)


def place_logo(blobs: BlobStore, position: Corner = "tr", name: str = "uploads/", **more: float) -> LookLogo:
    return LookLogo(
        file=store_file(blobs, make_logo(), name), position=position, **{"opacity": 0.9, "width": 0.12, **more}
    )


def make_brand(blobs: BlobStore, name: str = "uploads/", **more: object) -> BrandLook:
    """Return a look with a font for Latin and a logo, whose files are stored under names that begin with ``name``."""
    fonts = {"latin": store_file(blobs, make_font(), name)}
    return BrandLook.model_validate({"fonts": fonts, "logo": place_logo(blobs, name=name), **more})
