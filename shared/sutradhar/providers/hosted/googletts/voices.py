"""The voices of Google Cloud Text-to-Speech by language, and the names under which they are priced."""

import re
from collections.abc import Iterator, Mapping

from sutradhar.domain.billing.provider_id import VoiceId
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.ports.providers import OwnVoice

VOICE = re.compile(r"([a-z]{2,3})-[A-Z]{2}-(Neural2|Wavenet|Standard)-[A-Z]")
"""Voices that report the times of marked words; each family has its price (cloud.google.com/text-to-speech,
docs/voices, pricing). The families Studio, Chirp and Gemini report none."""

_BEST: Mapping[Language, tuple[str, str, str]] = {
    "en": ("Neural2", "FCEGH", "DAIJ"),
    "hi": ("Neural2", "AD", "BC"),
    "bn": ("Wavenet", "AC", "BD"),
    "ta": ("Wavenet", "AC", "BD"),
    "te": ("Standard", "AC", "BD"),
    "mr": ("Wavenet", "AC", "B"),
    "gu": ("Wavenet", "AC", "BD"),
    "kn": ("Wavenet", "AC", "BD"),
    "ml": ("Wavenet", "AC", "BD"),
    "pa": ("Wavenet", "AC", "BD"),
    "ur": ("Wavenet", "A", "B"),
    "es": ("Neural2", "HAE", "GF"),
    "fr": ("Neural2", "F", "G"),
    "de": ("Neural2", "G", "H"),
    "pt": ("Neural2", "AC", "B"),
    "it": ("Neural2", "EA", "F"),
    "id": ("Wavenet", "AD", "BC"),
    "ar": ("Wavenet", "AD", "BC"),
    "ru": ("Wavenet", "ACE", "BD"),
    "ja": ("Neural2", "B", "CD"),
    "ko": ("Neural2", "AB", "C"),
    "zh": ("Wavenet", "AD", "BC"),
}
"""The best family of each language that reports times, and the last letters of its voices of women and of men in the
region of the table; the first of each is the usual one. Nepali and Sanskrit have none (cloud.google.com/text-to-speech,
docs/list-voices-and-types, as quoted with genders by several public repositories; read on 2026-11-28)."""


def _list_voices() -> Iterator[tuple[Language, Voice, str, str]]:
    """Yield the language, the gender, the label and the name of each voice."""
    for language, (family, female, male) in _BEST.items():
        genders: tuple[tuple[Voice, str], ...] = (("F", female), ("M", male))
        for gender, letters in genders:
            for letter in letters:
                yield language, gender, f"{family} {letter}", f"{FACTS[language].region}-{family}-{letter}"


VOICES: dict[tuple[Language, Voice], str] = {}
for _language, _gender, _, _name in _list_voices():
    VOICES.setdefault((_language, _gender), _name)

OWN_VOICES = tuple(
    OwnVoice(VoiceId("googletts", name), label, gender, (language,)) for language, gender, label, name in _list_voices()
)


def voice_option(language: Language, voice: Voice) -> str:
    return f"voice_{language}_{voice.lower()}"


def find_language(voice: str) -> str:
    """Return our tag of the language that the voice of this name speaks (``cmn-CN-Wavenet-A``: zh)."""
    code = voice.partition("-")[0]
    return next((tag for tag, facts in FACTS.items() if facts.region.partition("-")[0] == code), code)


def find_region(voice: str) -> str:
    """Return the tag of language and region with which the name of a voice begins."""
    return "-".join(voice.split("-")[:2])
