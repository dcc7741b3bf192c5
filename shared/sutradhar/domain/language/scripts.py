"""List the scripts of the languages, and the fonts that draw them.

A new script needs a row here, the package of its font in ``.ci/setup`` and in the renderer's image, and a new run of
``.ci/write_font_coverage.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Script = Literal["Latn", "Deva", "Beng", "Taml", "Telu", "Gujr", "Knda", "Mlym", "Guru", "Arab", "Aran", "Cyrl", "Jpan",
                 "Kore", "Hans"]  # fmt: skip
"""The codes of ISO 15924. ``Aran`` is Arabic in the Nastaliq style, in which Urdu is read."""
Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, eq=False)
class ScriptFacts:
    """One script.

    ``properties``: the values of the Unicode property Script whose characters it draws (UAX #24). ``bold`` and
    ``regular``: the file names of its fonts; ``face`` is the index of the font in a collection (.ttc). ``package``: the
    Debian package of these files.
    """

    name: str
    properties: tuple[str, ...]
    bold: str
    regular: str
    package: str = "fonts-noto-core"
    direction: Direction = "ltr"
    face: int = 0
    scale: float = 1.0
    """The size of the font as a share of the size of a text: letters of equal size look unequal among scripts."""
    ascent: float = 0.95
    descent: float = 0.4
    """Ems of the text that 99 of 100 words need above and below the baseline (measured on the names of countries,
    languages and currencies in CLDR)."""


_CJK = ("NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "fonts-noto-cjk")
SCRIPTS: Mapping[Script, ScriptFacts] = {
    "Latn": ScriptFacts("Latin", ("Latin",), "NotoSans-Bold.ttf", "NotoSans-Regular.ttf"),
    "Deva": ScriptFacts("Devanagari", ("Devanagari",), "NotoSansDevanagari-Bold.ttf", "NotoSansDevanagari-Regular.ttf"),
    "Beng": ScriptFacts("Bengali", ("Bengali",), "NotoSansBengali-Bold.ttf", "NotoSansBengali-Regular.ttf"),
    "Taml": ScriptFacts("Tamil", ("Tamil",), "NotoSansTamil-Bold.ttf", "NotoSansTamil-Regular.ttf"),
    "Telu": ScriptFacts("Telugu", ("Telugu",), "NotoSansTelugu-Bold.ttf", "NotoSansTelugu-Regular.ttf", descent=0.48),
    "Gujr": ScriptFacts("Gujarati", ("Gujarati",), "NotoSansGujarati-Bold.ttf", "NotoSansGujarati-Regular.ttf"),
    "Knda": ScriptFacts(
        "Kannada", ("Kannada",), "NotoSansKannada-Bold.ttf", "NotoSansKannada-Regular.ttf", descent=0.54
    ),
    "Mlym": ScriptFacts("Malayalam", ("Malayalam",), "NotoSansMalayalam-Bold.ttf", "NotoSansMalayalam-Regular.ttf"),
    "Guru": ScriptFacts("Gurmukhi", ("Gurmukhi",), "NotoSansGurmukhi-Bold.ttf", "NotoSansGurmukhi-Regular.ttf"),
    "Arab": ScriptFacts(
        "Arabic",
        ("Arabic",),
        "NotoSansArabic-Bold.ttf",
        "NotoSansArabic-Regular.ttf",
        direction="rtl",
        ascent=1.05,
        descent=0.48,
    ),
    "Aran": ScriptFacts(
        "Arabic (Nastaliq)",
        ("Arabic",),
        "NotoNastaliqUrdu-Bold.ttf",
        "NotoNastaliqUrdu-Regular.ttf",
        direction="rtl",
        scale=0.8,
        ascent=1.7,
        descent=0.55,
    ),
    "Cyrl": ScriptFacts("Cyrillic", ("Cyrillic",), "NotoSans-Bold.ttf", "NotoSans-Regular.ttf"),
    "Jpan": ScriptFacts("Japanese", ("Han", "Hiragana", "Katakana"), *_CJK, face=0),
    "Kore": ScriptFacts("Korean", ("Hangul", "Han"), *_CJK, face=1),
    "Hans": ScriptFacts("Chinese (simplified)", ("Han",), *_CJK, face=2),
}
