"""Find the font files of the texts in a video, and hash them for the keys of what is drawn with them."""

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import features

from sutradhar.domain.core.errors import NotInstalled
from sutradhar.domain.language.scripts import SCRIPTS, Script
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.song import LyricLook
from sutradhar.font_files import find_font_file

Weight = Literal["bold", "regular"]


class FontFile(NamedTuple):
    """A font: a file, the number of the font in a collection, and the language whose forms of letters it draws."""

    path: Path
    face: int = 0
    language: str = ""
    """The tag that HarfBuzz is told; empty: the letters have their usual forms."""
    scale: float = 1.0
    """Its size as a share of the size of the text."""

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class Typeface:
    """The fonts of a text. Those of Latin and Devanagari letters can be chosen; all other scripts have one font."""

    latin: FontFile
    devanagari: FontFile
    spare: "Typeface | None" = None
    """Draws the characters that both fonts lack."""
    scales: tuple[tuple[Path, float], ...] = ()
    """Factors of the size of fonts whose letters would not fit a line."""
    keeps_words: bool = False
    """True: a word of which a letter is lacking is drawn in the spare fonts as a whole."""
    weight: Weight = "bold"
    """The weight of the fonts of other scripts."""
    language: Language | None = None
    """The language of the text; None: it is not known."""

    def scale_size(self, font: FontFile, size: int) -> float:
        """Return the size in pixels to the em at which ``font`` is drawn in a text of ``size``."""
        scale = next((scale for path, scale in self.scales if path == font.path), 1.0) * font.scale
        return size if scale == 1 else size * scale

    def adapt_to_language(self, language: Language | None) -> "Typeface":
        """Return the typeface for a text in ``language``."""
        facts = FACTS[language] if language else None
        shaping = facts.shaping if facts and facts.script == "Deva" else ""
        return replace(
            self,
            devanagari=self.devanagari._replace(language=shaping),
            spare=self.spare.adapt_to_language(language) if self.spare else None,
            language=language,
        )

    def find_font(self, script: Script) -> FontFile:
        """Return the font of ``script``.

        Raises:
            NotInstalled: the font is missing.
        """
        if script in ("Latn", "Cyrl"):
            return self.latin
        if script == "Deva":
            return self.devanagari
        facts = FACTS[self.language] if self.language else None
        shaping = facts.shaping if facts and facts.script == script else ""
        return find_script_font(script, self.weight)._replace(language=shaping)


class LookFont(NamedTuple):
    """The file name of a font, and the Debian package that has it."""

    file: str
    package: str


LOOK_FONTS: dict[LyricLook, tuple[LookFont, LookFont]] = {
    "clean": (
        LookFont("NotoSans-Regular.ttf", "fonts-noto-core"),
        LookFont("NotoSansDevanagari-Regular.ttf", "fonts-noto-core"),
    ),
    "handwritten": (
        LookFont("KaushanScript-Regular.otf", "fonts-kaushanscript"),
        LookFont("AnnapurnaSIL-Bold.ttf", "fonts-sil-annapurna"),
    ),
    "brat": (
        LookFont("LiberationSans-Regular.ttf", "fonts-liberation"),
        LookFont("NotoSansDevanagari-Regular.ttf", "fonts-noto-core"),
    ),
}
"""The fonts of both scripts for the lyric looks that are not drawn in the fonts of captions. Debian has many
handwriting fonts for Latin, and none for Devanagari: Annapurna follows letters that are written with a broad pen."""


@cache
def find_typeface(font_dir: Path | None = None) -> Typeface:
    """Find Noto Sans and Noto Sans Devanagari in bold, which is legible on any image at any size. ``font_dir`` is
    searched first, then the folders in which Debian and macOS keep fonts.

    Raises:
        NotInstalled: a font is missing, or the installed Pillow cannot shape Devanagari.
    """
    if not features.check("raqm"):
        raise NotInstalled("Raqm text layout (Pillow needs the FriBiDi library)", advice="apt-get install libfribidi0")
    latin, devanagari = (_find_font(SCRIPTS[script].bold, font_dir) for script in ("Latn", "Deva"))
    return Typeface(FontFile(latin), FontFile(devanagari))


@cache
def find_script_font(script: Script, weight: Weight) -> FontFile:
    """Find the font of ``script``.

    Raises:
        NotInstalled: it is missing.
    """
    facts = SCRIPTS[script]
    path = _find_font(facts.bold if weight == "bold" else facts.regular, package=facts.package)
    return FontFile(path, facts.face, scale=facts.scale)


@cache
def find_look_typeface(look: LyricLook) -> Typeface:
    """Find the fonts in which the lyrics of ``look`` are drawn, with the fonts of captions as spare ones.

    A font of ``LOOK_FONTS`` that is not installed is replaced by the caption font of its script.

    Raises:
        NotInstalled: a font of captions is missing.
    """
    bold = find_typeface()
    if look not in LOOK_FONTS:
        return bold
    paths = [find_font_file(font.file) for font in LOOK_FONTS[look]]
    latin, devanagari = (FontFile(path) if path else None for path in paths)
    return Typeface(
        latin or bold.latin,
        devanagari or bold.devanagari,
        spare=bold,
        weight="bold" if look == "handwritten" else "regular",
    )


def list_missing_fonts() -> list[LookFont]:
    """Return the fonts of looks that are not installed."""
    fonts = dict.fromkeys(font for pair in LOOK_FONTS.values() for font in pair)
    return [font for font in fonts if find_font_file(font.file) is None]


def _find_font(name: str, font_dir: Path | None = None, package: str = "fonts-noto-core") -> Path:
    if path := find_font_file(name, font_dir):
        return path
    raise NotInstalled(f"the font {name}", advice=f"apt-get install {package}")


@cache
def hash_font(font: Path) -> str:
    """Return the sha256 of the file ``font``."""
    return hashlib.sha256(font.read_bytes()).hexdigest()


def hash_fonts() -> dict[str, str]:
    """Return the sha256 of each font file that overlays are drawn with, by file name, for the segment keys."""
    face = find_typeface()
    return {font.name: hash_font(font.path) for font in (face.latin, face.devanagari)}


def hash_look_fonts(look: LyricLook | None) -> dict[str, str]:
    """Return the sha256 of each font file, by file name, that the lyrics of ``look`` are drawn with beside those of
    captions; nothing for None."""
    if look is None or look not in LOOK_FONTS:
        return {}
    face = find_look_typeface(look)
    return {font.name: hash_font(font.path) for font in (face.latin, face.devanagari)}
