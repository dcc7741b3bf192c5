"""The default voices of Google Cloud Text-to-Speech by language, and the names under which they are priced."""

import re

from sutradhar.domain.plan.choices import Language, Voice

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
