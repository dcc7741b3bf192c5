"""Hold what a brand changes in the texts of a video: its fonts, its colours, the place of captions, and its logo."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import Image

from gpu_renderer.text.brand_fonts import make_brand_typeface
from gpu_renderer.text.fonts import Typeface, find_typeface
from gpu_renderer.text.text_renderer import ACCENT, ON_ACCENT, Color, Style
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.brand import BrandColors, BrandLook, CaptionPlace, LookFile, LookLogo
from sutradhar.media.formats import MediaError
from sutradhar.media.logo import read_logo

_LOGO_SIDE = 2048
"""The most pixels on a side of a logo: 0.4 of the shorter side of a 4K video are 864."""
_DARK, _LIGHT, _BLACK, _WHITE = (12, 12, 16), (250, 250, 250), (0, 0, 0), (255, 255, 255)
_READABLE = 3.0
"""The contrast that large letters need (WCAG 2.2, success criterion 1.4.3)."""


@dataclass(frozen=True)
class Logo:
    """The image of a logo, RGBA with straight alpha, and its place."""

    image: Image.Image
    place: LookLogo


@dataclass(frozen=True, eq=False)
class Look:
    """The fonts, colours and places in which the texts of a video are drawn, and the logo."""

    key: str
    """Equal for looks that draw the same."""
    face: Typeface
    colors: BrandColors
    caption_place: CaptionPlace = "bottom"
    logo: Logo | None = None
    caption_language: Language | None = None
    """The language of captions, for which titles leave room."""

    def adapt_to_language(self, language: Language | None, captions: Language | None = None) -> "Look":
        """Return the look for texts in ``language``, in a video with captions in ``captions``, or else in that too."""
        captions = captions or language
        if (language, captions) == (self.face.language, self.caption_language):
            return self
        key, face = f"{self.key} {language} {captions}", self.face.adapt_to_language(language)
        return replace(self, key=key, face=face, caption_language=captions)

    @property
    def accent(self) -> Color:
        """The box behind a highlighted word, and the bar of a lower third."""
        return _parse(self.colors.highlight) or ACCENT

    @property
    def on_accent(self) -> Color:
        """The letters in that box."""
        if self.colors.highlight is None:
            return ON_ACCENT
        return max((ON_ACCENT, _WHITE), key=lambda ink: measure_contrast(ink, self.accent))

    def move_logo_up(self) -> "Look":
        """Return the look with its logo in the corner above its own, if it stands at the bottom."""
        if self.logo is None:
            return self
        side: Literal["l", "r"] = "l" if self.logo.place.position[1] == "l" else "r"
        return replace(self, logo=Logo(self.logo.image, self.logo.place.evolve(position=f"t{side}")))

    def color_text(self, style: Style) -> Style:
        """Return ``style`` in the brand's colours. Around dark letters an outline that the brand leaves out is light,
        and so are their box and their shadow."""
        fill, outline = _parse(self.colors.text), _parse(self.colors.outline)
        if fill and not _is_light(fill):
            style = replace(style, outline=_LIGHT, shadow=_WHITE, glow=_WHITE)
        elif self.colors.highlight:
            style = replace(style, glow=self.accent)
        return replace(style, fill=fill or style.fill, outline=outline or style.outline)

    def color_on_plate(self, style: Style, plate: Color, *, is_accented: bool = False) -> Style:
        """Return ``style`` with letters in the brand's accent or in the colour of its text, if one of them can be read
        on ``plate``."""
        accent, text = _parse(self.colors.highlight) if is_accented else None, _parse(self.colors.text)
        usual = is_accented and not self.colors.highlight  # the accent of videos without a brand is readable
        colors = [color for color in (accent, None if usual else text) if color]
        return next((replace(style, fill=c) for c in colors if measure_contrast(c, plate) >= _READABLE), style)


@cache
def usual_look() -> Look:
    """Return the look of a video without a brand."""
    return Look("", find_typeface(), BrandColors())


def describe_look(brand: BrandLook) -> str:
    """Return a text that is equal for looks that draw the same."""
    return json.dumps(brand.describe(), sort_keys=True)


def make_look(brand: BrandLook | None, files: Mapping[str, Path]) -> Look:
    """Return the look of ``brand``, whose local files are ``files`` by sha256.

    Raises:
        RenderError: a font or the logo cannot be read.
    """
    if brand is None:
        return usual_look()
    fonts = {script: _check_file(file, files, "a font") for script, file in brand.fonts.items()}
    return Look(
        describe_look(brand),
        make_brand_typeface(fonts),
        brand.colors,
        brand.caption_place,
        Logo(_read_logo(brand.logo.file, files), brand.logo) if brand.logo else None,
    )


def _read_logo(file: LookFile, files: Mapping[str, Path]) -> Image.Image:
    try:
        with _check_file(file, files, "the logo").open("rb") as opened:
            return read_logo(opened, _LOGO_SIDE)
    except MediaError as exc:
        raise brand_error("the logo", f"it {exc.reason}") from exc


def _check_file(file: LookFile, files: Mapping[str, Path], what: str) -> Path:
    path = files[file.sha256]
    with path.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != file.sha256:
            raise brand_error(what, "its bytes are not those that were stored")
    return path


def brand_error(what: str, reason: str) -> RenderError:
    return RenderError(
        f"{what} of the brand cannot be used: {reason}",
        stage="picture",
        advice="give the brand another file, and send the plan again",
    )


def _parse(color: str | None) -> Color | None:
    if color is None:
        return None
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def _measure_luminance(color: Color) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    shares = (value / 255 for value in color)
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def measure_contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_measure_luminance(one), _measure_luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _is_light(color: Color) -> bool:
    return measure_contrast(color, _BLACK) >= measure_contrast(color, _WHITE)
