"""List the voices that every account of ElevenLabs has (elevenlabs.io/docs: default voices), in every language."""

from sutradhar.domain.billing.provider_id import VoiceId
from sutradhar.domain.language.tags import LANGUAGES
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

OWN_VOICES = tuple(OwnVoice(VoiceId("elevenlabs", one), name, gender, LANGUAGES) for one, name, gender in _VOICES)
