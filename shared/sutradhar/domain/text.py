"""Text as people send it, made safe to speak and to draw.

Nothing here escapes anything: text reaches ffmpeg only as drawn pictures or files, so quotes, backslashes and
``%{}:'`` need no care. What is removed is what can be neither spoken nor drawn.
"""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from sutradhar.domain.glyphs import DEVANAGARI, LATIN

if TYPE_CHECKING:
    from regex import Pattern

_PICTOGRAPHS = r"[\p{So}\p{Sk}\p{Co}\p{Cn}\p{Emoji_Modifier}\uFE0E\uFE0F\u20E3--[\^`°©®™]]"
_JOINERS = "\u200c\u200d"  # ZWNJ and ZWJ change how Devanagari is shaped, so they stay
_DIRECTION = re.compile(r"\[[^\[\]]*\]")
_SPEAKER = re.compile(r"(?m)^\s*(?:[A-Z][A-Z .'-]{1,30})(?:\s*\([^()\n]*\))?\s*:\s+")
_SENTENCE_END = r"(?<!\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|\p{Lu})\.)(?<=[.!?।॥…][\"'”’)]*)\s+"
_ASIDE = re.compile(r"\((?:voice\s?-?over|v\.?o\.?|pause|beat|music|sfx|sound)[^()]*\)", re.IGNORECASE)


def clean(text: str) -> str:
    """``text`` in NFC with control characters removed and white space folded to single spaces."""
    text = unicodedata.normalize("NFC", text)
    kept = (c if not unicodedata.category(c).startswith("C") or c in _JOINERS else " " for c in text)
    return " ".join("".join(kept).split())


def speakable(narration: str) -> str:
    """What the narrator says: without stage directions (``[VISUAL: ...]``), speaker labels, asides and emoji.

    A line ``HOST (voiceover): "Namaste"`` becomes ``Namaste``. Empty when nothing is left to say.
    """
    text = _SPEAKER.sub("", _DIRECTION.sub(" ", narration.replace("\r\n", "\n")))
    quoted = _SPEAKER.search(narration) is not None
    text = clean(drawable(_ASIDE.sub(" ", text)))
    if quoted and len(text) > 1 and text[0] in '"“' and text[-1] in '"”':
        text = text[1:-1].strip()
    return text if any(c.isalnum() for c in text) else ""


def drawable(text: str) -> str:
    """``text`` without emoji and other pictographs, which the caption fonts do not have."""
    return _compiled(_PICTOGRAPHS).sub("", text)


def undrawable(text: str) -> str | None:
    """The first character that the caption fonts cannot draw, or None. Of one grapheme cluster all is drawn with one
    font."""
    for cluster in graphemes(drawable(text)):
        points = [ord(c) for c in cluster if not c.isspace() and c not in _JOINERS]
        missing = min(([p for p in points if p not in font] for font in (DEVANAGARI, LATIN)), key=len)
        if missing:
            return chr(missing[0])
    return None


def named(character: str) -> str:
    """``character`` as people can look it up: ``'→' (U+2192 RIGHTWARDS ARROW)``."""
    name = unicodedata.name(character, "")
    return f"{character!r} (U+{ord(character):04X}{' ' if name else ''}{name})"


def language_of(text: str) -> str:
    """``hi`` when most letters are Devanagari, else ``en``."""
    letters = [c for c in text if c.isalpha()]
    return "hi" if sum("\u0900" <= c <= "\u097f" for c in letters) * 2 > len(letters) else "en"


def graphemes(text: str) -> list[str]:
    """``text`` as user-perceived characters (UAX #29 extended grapheme clusters)."""
    return _compiled(r"\X").findall(text)


def sentences(text: str) -> list[str]:
    """``text`` cut after ``. ! ? । ॥ …``, closing quotes kept with their sentence; a title or an initial ends none."""
    return [s for s in _compiled(_SENTENCE_END).split(text.strip()) if s]


@cache
def _compiled(pattern: str) -> "Pattern[str]":
    import regex  # noqa: PLC0415 - a function that reads no text does without

    return regex.compile(pattern, flags=regex.VERSION1)
