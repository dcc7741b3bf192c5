"""Read the short forms in which people write a field of a plan: ``"music": false``, ``"language": "Hindi"``."""

import re
import unicodedata
from collections.abc import Mapping
from math import gcd

from sutradhar.domain.language.table import FACTS

_OFF = frozenset({"", "none", "no", "off", "false", "null"})
_MOODS = frozenset({"devotional", "calm", "joyful", "heroic", "curious", "tender"})
_LANGUAGES: Mapping[str, str] = {
    unicodedata.normalize("NFC", name.casefold()): row.tag
    for row in FACTS.values()
    for name in (row.name, row.own_name, row.code, *row.names)
}
_VOICES: Mapping[str, str] = {
    "f": "F",
    "female": "F",
    "woman": "F",
    "lady": "F",
    "महिला": "F",
    "स्त्री": "F",
    "m": "M",
    "male": "M",
    "man": "M",
    "gentleman": "M",
    "पुरुष": "M",
}


_ASPECTS: Mapping[str, tuple[str, ...]] = {
    "16:9": ("landscape", "horizontal", "wide", "widescreen"),
    "9:16": ("portrait", "vertical", "upright"),
    "1:1": ("square",),
}


def is_off(value: object) -> bool:
    """Return whether ``value`` switches a feature off: null, false, an empty text, "none", "off"."""
    return value is None or value is False or (isinstance(value, str) and _normalize_word(value) in _OFF)


def read_watermark(value: object) -> object:
    """Return None for a value that switches the watermark off, and an object for a text."""
    if is_off(value):
        return None
    if value is True:
        return {}
    return {"text": value} if isinstance(value, str) else value


def read_label(value: object) -> object:
    """Return None for a value that switches the label off, and an object for a text or for true."""
    if is_off(value):
        return None
    if value is True or (isinstance(value, str) and _normalize_word(value) in ("on", "yes", "true")):
        return {}
    return {"text": value} if isinstance(value, str) else value


def is_music_word(value: object) -> bool:
    """Return whether ``value`` is a word that `music` accepts, and not the name of a file."""
    return isinstance(value, str) and _normalize_word(value) in {*_OFF, *_MOODS, "on", "yes", "true"}


def read_music(value: object) -> object:
    """Return the music object for a word: a mood, or "none" for no music."""
    if is_off(value):
        return {"enabled": False}
    if value is True:
        return {}
    if isinstance(value, str) and is_music_word(value):
        return {"mood": _normalize_word(value)} if _normalize_word(value) in _MOODS else {}
    return value


def read_language(value: object) -> object:
    """Return the language code for a name ("Hindi", "हिन्दी") or a code with a region ("hi-IN")."""
    if not isinstance(value, str):
        return value
    word = _normalize_word(value)
    code = _LANGUAGES.get(word) or re.split(r"[-_]", word)[0]
    return code if code in FACTS else value


def refuse_double_languages(texts: object) -> object:
    """Return ``texts`` (by language). Raise ValueError if two names mean one language: one would be lost."""
    if isinstance(texts, Mapping):
        first: dict[object, object] = {}
        for name in texts:
            if (other := first.setdefault(read_language(name), name)) != name:
                raise ValueError(f"has two texts in one language ({other!r} and {name!r}); keep one of them")
    return texts


def refuse_repeated(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``languages``. Raise ValueError if one is named twice."""
    if twice := [language for language in languages if languages.count(language) > 1]:
        raise ValueError(f"names {twice[0]} twice; leave it out once")
    return languages


def read_optional_language(value: object) -> object:
    """Return the language code, or None for "auto": the language is then detected from the text."""
    return None if isinstance(value, str) and _normalize_word(value) in ("", "auto") else value


def read_languages(value: object) -> object:
    """Return a list of language codes: empty for a value that switches captions off; a text ("en, hi") is split."""
    if is_off(value):
        return ()
    if isinstance(value, str):
        return tuple(part for part in re.split(r"\s*(?:[,;/+&]|\band\b)\s*", value.strip()) if part)
    return value


def read_voice(value: object) -> object:
    """Return F or M for the words that people use for them."""
    return _VOICES.get(_normalize_word(value), value) if isinstance(value, str) else value


def read_on_screen(value: object) -> object:
    """Return an object for a text; None for what switches it off."""
    if isinstance(value, str):
        return {"text": value} if value.strip() else None
    return None if value is False else value


def read_aspect(value: object) -> object:
    """Return ``9:16`` for "vertical", "9x16" and "1080x1920", and so on."""
    if not isinstance(value, str):
        return value
    word = _normalize_word(value)
    sides = re.fullmatch(r"(\d{1,5})\s*[:x×/]\s*(\d{1,5})", word)
    if sides and int(sides[1]) and int(sides[2]):
        divisor = gcd(int(sides[1]), int(sides[2]))
        word = f"{int(sides[1]) // divisor}:{int(sides[2]) // divisor}"
    return next((aspect for aspect, words in _ASPECTS.items() if word in {aspect, *words}), value)


def read_mode(value: object) -> object:
    upper = value.strip().upper() if isinstance(value, str) else ""
    return upper if upper in ("PROXY", "FINAL") else value


def read_resolution(value: object) -> object:
    """Return ``1080p`` for 1080, "1080" and "1080P"."""
    word = _normalize_word(str(value)) if isinstance(value, str | int) else ""
    word = f"{word}p" if word.isdigit() else word
    return word if word in ("720p", "1080p", "4k") else value


def _normalize_word(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip().casefold())
