"""Make the files of a brand, and store brands, for tests."""

import io
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from PIL import Image

from sutradhar import bootstrap
from sutradhar.domain.plan.brand import Brand, BrandFields
from sutradhar.pipeline.brands.save import save_brand
from sutradhar.pipeline.uploads import import_file

LICENCE = "OFL 1.1"


@cache
def read_noto(name: str = "NotoSans-Regular.ttf") -> bytes:
    return next(Path("/usr/share/fonts").rglob(name)).read_bytes()


def change_font(data: bytes, *, fs_type: int | None = None, without: str = "", letters: str = "") -> bytes:
    """Return the font with another fsType, without the table ``without``, or without some letters."""
    with TTFont(io.BytesIO(data)) as font:
        if fs_type is not None:
            font["OS/2"].fsType = fs_type
        if without:
            del font[without]
        for table in font["cmap"].tables if letters else ():
            for letter in letters:
                table.cmap.pop(ord(letter), None)
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


def draw_logo(color: str = "#d02030") -> bytes:
    image = Image.new("RGBA", (200, 100))
    image.paste(Image.new("RGBA", (120, 60), color), (40, 20))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def make_clip(path: Path, color: str, seconds: float = 1) -> None:
    """Write a clip of one colour with a tone."""
    sources = (f"color={color}:s=320x180:r=25:d={seconds}", f"sine=frequency=440:duration={seconds}")
    inputs = [word for source in sources for word in ("-f", "lavfi", "-i", source)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, "-pix_fmt", "yuv420p", str(path)], check=True)


def store_file(folder: Path, name: str, data: bytes) -> str:
    """Store a file of this machine as an upload without an owner, and return its id."""
    path = folder / name
    path.write_bytes(data)
    return import_file(bootstrap.services(), path).id


def make_fields(folder: Path, **more: Any) -> dict[str, Any]:
    """Return the fields of a brand with two fonts and a logo, whose files are stored."""
    return {
        "title": "Asha's stories",
        "fonts": {
            "latin": {"upload": store_file(folder, "latin.ttf", read_noto()), "licence": LICENCE},
            "devanagari": {
                "upload": store_file(folder, "hindi.ttf", read_noto("NotoSansDevanagari-Regular.ttf")),
                "licence": LICENCE,
            },
        },
        "colors": {"text": "#FFD400"},
        "caption_style": "highlight",
        "caption_place": "top",
        "logo": {"upload": store_file(folder, "logo.png", draw_logo()), "position": "tl"},
        "voice": "M",
        "music": "tender",
        "publish": [{"destination": "folder", "tags": ["stories"], "privacy": "unlisted"}],
        **more,
    }


def store_brand(folder: Path, name: str = "asha", **more: Any) -> Brand:
    return save_brand(bootstrap.services(), name, BrandFields.parse(make_fields(folder, **more)))[0]
