"""List the voices of OpenAI (platform.openai.com/docs/guides/text-to-speech), which speak every language."""

from sutradhar.domain.billing.provider_id import VoiceId
from sutradhar.domain.language.tags import LANGUAGES
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

OWN_VOICES = tuple(OwnVoice(VoiceId("openai", one), one.title(), gender, LANGUAGES) for one, gender in _VOICES)
