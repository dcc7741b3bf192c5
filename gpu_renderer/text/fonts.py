"""Find the font files of the texts in a video, and hash them for the keys of what is drawn with them."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import features

from sutradhar.domain.core.errors import NotInstalled

_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "~/Library/Fonts",
    "/Library/Fonts",
)


@dataclass(frozen=True)
class Typeface:
    """The font files of both scripts, in bold, which is legible on any image at any size."""

    latin: Path
    devanagari: Path


@cache
def find_typeface(font_dir: Path | None = None) -> Typeface:
    """Find Noto Sans and Noto Sans Devanagari in bold, in ``font_dir`` first, then where Debian and macOS keep fonts.

    Raises:
        NotInstalled: a font is missing, or the installed Pillow cannot shape Devanagari.
    """
    if not features.check("raqm"):
        raise NotInstalled("Raqm text layout (Pillow needs the FriBiDi library)", advice="apt-get install libfribidi0")
    return Typeface(_find_font("NotoSans-Bold.ttf", font_dir), _find_font("NotoSansDevanagari-Bold.ttf", font_dir))


def _find_font(name: str, font_dir: Path | None) -> Path:
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS]
    for folder in [font_dir, *folders] if font_dir else folders:
        if paths := sorted(folder.rglob(name)):
            return paths[0]
    raise NotInstalled(f"the font {name}", advice="apt-get install fonts-noto-core")


@cache
def hash_font(font: Path) -> str:
    """Return the sha256 of the file ``font``."""
    return hashlib.sha256(font.read_bytes()).hexdigest()


def hash_fonts() -> dict[str, str]:
    """Return the sha256 of each font file that overlays are drawn with, by file name, for the segment keys."""
    face = find_typeface()
    return {font.name: hash_font(font) for font in (face.latin, face.devanagari)}
