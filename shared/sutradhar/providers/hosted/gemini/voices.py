"""List the prebuilt voices of Gemini's speech models, and the languages that they speak."""

from sutradhar.domain.billing.provider_id import VoiceId
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.ports.providers import OwnVoice

SPOKEN_LANGUAGES: tuple[Language, ...] = tuple(language for language in LANGUAGES if language != "sa")
"""Both models of Gemini 3.8 speak all of ours except Sanskrit, among 130 and 101 languages (ai.google.dev/gemini-api,
docs/speech-generation, read on 2026-11-28). They tell the language by the text."""
_FIRST_LANGUAGES: frozenset[Language] = frozenset(("en", "hi"))
LAST_FOR = _FIRST_LANGUAGES
"""The languages that this narrator came to when their videos already had other voices: those stay first."""

_FEMALE = (
    "Kore Achernar Aoede Autonoe Callirrhoe Despina Erinome Gacrux Laomedeia Leda Pulcherrima Sulafat Vindemiatrix"
    " Zephyr"
)
_MALE = (
    "Charon Achird Algenib Algieba Alnilam Enceladus Fenrir Iapetus Orus Puck Rasalgethi Sadachbia Sadaltager Schedar"
    " Umbriel Zubenelgenubi"
)
_VOICES: tuple[tuple[Voice, str], ...] = (("F", _FEMALE), ("M", _MALE))
"""The 30 voices, by the genders that docs.cloud.google.com/text-to-speech/docs/gemini-tts gives."""

OWN_VOICES = tuple(
    OwnVoice(VoiceId("gemini", name), name, gender, SPOKEN_LANGUAGES)
    for gender, names in _VOICES
    for name in names.split()
)
