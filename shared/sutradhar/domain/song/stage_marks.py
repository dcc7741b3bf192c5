"""Find the marks of lyrics that are not sung: names of parts, repetitions, and sounds in brackets."""

import re
from dataclasses import dataclass
from functools import cache

MAX_REPEATS = 20
"""A mark repeats a line or a part at most this often."""
NOTE_SIGNS = "♩♪♫♬🎵🎶🎼𝄞"
_QUALIFIERS = (
    r"(?:pre|post|first|second|third|1st|2nd|3rd|final|last|main|guitar|piano|drums?|bass|sax(?:ophone)?|violin|flute"
    r"|synth|keyboard|organ|trumpet|strings|sitar|tabla|harmonium|instrumental|music(?:al)?|vocal|spoken|rap|short|long"
    r"|repeat|the)"
)
_STRONG = (
    r"(?:chorus|verse|refrain|pre[- ]?chorus|post[- ]?chorus|intro(?:duction)?|outro|interlude|instrumental(?: break)?"
    r"|bridge|mukh?da|antara|sthayi|aalaap|alaap|कोरस|अंतरा|मुखड़ा|मुखडा|स्थायी|आलाप|धुन)"
)
_WEAK = (
    r"(?:hook|solo|break(?:down)?|coda|ending|drop|build(?:[- ]?up)?|vamp|tag|skit|rap|part|section|stanza"
    r"|spoken(?: word)?|ad[- ]?libs?|music(?: playing| break| only)?|संगीत)"
)
_NUMBER = r"(?:\s*#?\s*(?:\d{1,2}|[ivx]{1,4}|[a-d]|one|two|three|four|five|[०-९]{1,2}))"
_COUNT = r"(?:[x×]\s?\d{1,4}|\d{1,4}\s?(?:[x×]|times)|repeat(?:s|ed)?|twice|thrice|bis)"
_SOUNDS = (
    r"(?:applause|laugh(?:s|ing|ter)?|cheer(?:s|ing)?|crowd.*|clap(?:s|ping)?|whistl(?:e|es|ing)|hum(?:s|ming)|silence"
    r"|pause|fade(?:s|d)?(?: out| in)?|end|music|(?:upbeat|soft|slow|gentle|dramatic|sad|happy).* music.*|spoken"
    r"|whisper(?:s|ed)?|instrumentals?|guitar|drums?|piano|beat drops?|तालियाँ|हँसी)"
)


@dataclass(frozen=True)
class PartName:
    """The name of a part: ``key`` is the same for all that name the part; ``count`` is how often it is sung."""

    key: str
    count: int = 1


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def read_part_name(text: str, *, is_bracketed: bool, has_colon: bool = False) -> PartName | None:
    """Return the part that ``text`` names, such as "Verse 2", "Chorus x2", "Chorus: Anna"; None if it names none.

    Without brackets and colon, only the clearest names count: "Break" and "Drop" may be words of a song.
    """
    name = rf"(?:{_QUALIFIERS}[- ]+)*(?:{_STRONG}|{_WEAK})"
    if not is_bracketed and not has_colon:
        numbered = rf"{name}{_NUMBER}"
        name = rf"(?:(?:{_QUALIFIERS}[- ]+)*{_STRONG}|{numbered})"
    artist = r"(?:\s*[:–—-]\s*.{1,80})?" if is_bracketed else ""
    match = _compile(rf"({name}{_NUMBER}?)(?:\s*[,(\[]?\s*({_COUNT})\s*[)\]]?)?{artist}").fullmatch(text.strip())
    if match is None:
        return None
    key = " ".join(match[1].lower().replace("-", " ").replace("#", " ").split())
    is_repeat = key.startswith("repeat ")
    return PartName(key.removeprefix("repeat ").removeprefix("the "), read_count(match[2]) or 1 if not is_repeat else 1)


def read_count(text: str | None) -> int | None:
    """Return how often "x2", "2 times" or "repeat" says that something is sung in all; None if it says nothing."""
    if text is None:
        return None
    bare = text.strip().lower()
    if not _compile(rf"(?:repeat\s+)?{_COUNT}").fullmatch(bare):
        return None
    digits = re.search(r"\d+", bare)
    count = int(digits[0]) if digits else 3 if bare == "thrice" else 2
    return min(max(count, 1), MAX_REPEATS)


def is_noise(text: str) -> bool:
    """Return True if ``text``, which stands in brackets, is something that is heard but not sung."""
    bare = text.strip(f" .…*{NOTE_SIGNS}")
    return not bare or _compile(_SOUNDS).fullmatch(bare) is not None
