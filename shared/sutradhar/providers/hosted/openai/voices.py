"""List the voices of OpenAI, and the languages that they speak (platform.openai.com/docs/guides/text-to-speech)."""

from sutradhar.domain.billing.provider_id import VoiceId
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.ports.providers import OwnVoice

_VOICES: tuple[tuple[str, Voice | None], ...] = (
    ("coral", "F"),
    ("nova", "F"),
    ("sage", "F"),
    ("shimmer", "F"),
    ("onyx", "M"),
    ("ash", "M"),
    ("echo", "M"),
    ("alloy", None),
    ("fable", None),
)
"""The voices that all of its speech models have. OpenAI names no genders; those of the clear ones are as they are
heard."""

SPOKEN_LANGUAGES: tuple[Language, ...] = (
    "en", "hi", "ta", "mr", "kn", "ur", "ne", "es", "fr", "de", "pt", "it", "id", "ar", "ru", "ja", "ko", "zh",
)  # fmt: skip
"""The languages of ours that the guide lists: its speech models follow Whisper, whose list there has no Bengali,
Telugu, Gujarati, Malayalam, Punjabi and Sanskrit (read on 2026-11-28)."""

OWN_VOICES = tuple(OwnVoice(VoiceId("openai", one), one.title(), gender, SPOKEN_LANGUAGES) for one, gender in _VOICES)
