"""List the voices that every account of ElevenLabs has (elevenlabs.io/docs: default voices), and their languages."""

from sutradhar.domain.billing.provider_id import VoiceId
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.ports.providers import OwnVoice

_VOICES: tuple[tuple[str, str, Voice], ...] = (
    ("EXAVITQu4vr4xnSDxMaL", "Sarah", "F"),
    ("JBFqnCBsd6RMkjVDRZzb", "George", "M"),
    ("FGY2WhTYpPnrIDTdsKH5", "Laura", "F"),
    ("Xb7hH8MSUJpSbSDYk0k2", "Alice", "F"),
    ("XrExE9yKIg1WjnnlVkGX", "Matilda", "F"),
    ("cgSgspJ2msm6clMCkdW9", "Jessica", "F"),
    ("pFZP5JQG7iQjIQuC4Bku", "Lily", "F"),
    ("CwhRBWXzGAHq8TQ4Fs17", "Roger", "M"),
    ("IKne3meq5aSn9XLyUdCD", "Charlie", "M"),
    ("nPczCjzI2devNBz1zQrb", "Brian", "M"),
    ("onwK4e9ZLuTAKqWW03F9", "Daniel", "M"),
    ("pqHfZKP75CvOlQylNhV4", "Bill", "M"),
)

LARGEST_MODEL = "eleven_v3"
"""The model with the most languages. It speaks those that the chosen model lacks."""
_MULTILINGUAL: frozenset[Language] = frozenset(
    ("en", "hi", "ta", "es", "fr", "de", "pt", "it", "id", "ar", "ru", "ja", "ko", "zh")
)
_MODELS: tuple[tuple[str, frozenset[Language]], ...] = (
    (LARGEST_MODEL, frozenset(LANGUAGES) - {"sa"}),
    ("eleven_multilingual", _MULTILINGUAL),
    ("eleven_flash_v2_5", _MULTILINGUAL),
    ("eleven_turbo_v2_5", _MULTILINGUAL),
    ("eleven_flash_v2", frozenset(("en",))),
    ("eleven_turbo_v2", frozenset(("en",))),
)
"""The languages of ours that each model speaks, by the beginning of its name (elevenlabs.io/docs/overview/models, and
help.elevenlabs.io for the 74 languages of v3, read on 2026-11-28)."""


def find_languages(model: str) -> frozenset[Language]:
    """Return the languages that ``model`` speaks; a model that is not known here may speak all."""
    return next((languages for name, languages in _MODELS if model.startswith(name)), frozenset(LANGUAGES))


def list_own_voices(languages: frozenset[Language]) -> tuple[OwnVoice, ...]:
    """Return the voices of every account, which speak each of ``languages``."""
    spoken_languages = tuple(language for language in LANGUAGES if language in languages)
    return tuple(OwnVoice(VoiceId("elevenlabs", one), name, gender, spoken_languages) for one, name, gender in _VOICES)
