"""The voices of Google Cloud Text-to-Speech by language, and the names under which they are priced."""

import re

from sutradhar.domain.billing.provider_id import VoiceId
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.ports.providers import OwnVoice

VOICES: dict[tuple[Language, Voice], str] = {
    ("en", "F"): "en-US-Neural2-F",
    ("en", "M"): "en-US-Neural2-D",
    ("hi", "F"): "hi-IN-Neural2-A",
    ("hi", "M"): "hi-IN-Neural2-B",
}
VOICE = re.compile(r"([a-z]{2,3})-[A-Z]{2}-(Neural2|Wavenet|Standard)-[A-Z]")
"""Voices that report the times of marked words; each family has its price (cloud.google.com/text-to-speech,
docs/voices, pricing)."""


def voice_option(language: Language, voice: Voice) -> str:
    return f"voice_{language}_{voice.lower()}"


_LETTERS: dict[Language, dict[Voice, str]] = {"en": {"F": "CEFGH", "M": "ADIJ"}, "hi": {"F": "AD", "M": "BC"}}
"""The last letters of the Neural2 voices of en-US and hi-IN, by language and gender."""
_REGIONS: dict[Language, str] = {"en": "en-US", "hi": "hi-IN"}

OWN_VOICES = tuple(
    OwnVoice(VoiceId("googletts", f"{_REGIONS[language]}-Neural2-{letter}"), f"Neural2 {letter}", gender, (language,))
    for language, genders in _LETTERS.items()
    for gender, letters in genders.items()
    for letter in letters
)
