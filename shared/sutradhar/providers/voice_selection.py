"""Choose the narrators that can speak, with the owner of a voice that a plan names first."""

from collections.abc import Sequence
from typing import TypeVar

from sutradhar.domain.assets.asset import Fallback
from sutradhar.domain.billing.provider_id import VoiceId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.table import FACTS, name_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.ports.providers import NarrationProvider
from sutradhar.provider_table import key_variable
from sutradhar.providers.offline.word_readings import advise_reading, can_read

_N = TypeVar("_N", bound=NarrationProvider)


def select_narrators(
    narrators: Sequence[_N],
    language: Language,
    voice: Voice,
    voice_id: VoiceId | None,
    *,
    no_fallbacks: bool,
    keeps_order: bool = False,
) -> list[_N]:
    """Return the narrators that have the language and voice, in the order in which they are asked.

    ``keeps_order``: the settings name the order, so no narrator steps back for a language.

    Raises:
        ProviderError: no narrator has the voice; or with ``no_fallbacks``, none has the voice that the plan names.
    """
    able = [one for one in narrators if (language, voice) in one.capabilities.voices]
    if not able:
        raise ProviderError(
            f"no narrator has a voice {voice} for {name_language(language)}",
            provider=">".join(str(one.provider_id) for one in narrators),
            retryable=False,
            advice=advise_voice(language),
        )
    able.sort(
        key=lambda one: (
            not owns_voice(one, voice_id),
            not keeps_order and language in one.capabilities.last_for,
        )
    )
    if voice_id and no_fallbacks and not owns_voice(able[0], voice_id):
        raise ProviderError(
            f"none of the narrators has the voice {voice_id}, and no other may speak",
            provider=voice_id.provider,
            retryable=False,
            advice=f"set {key_variable(voice_id.provider)} and retry the job, or make it without strict",
        )
    return able


def advise_voice(language: Language) -> str:
    """Return what would give ``language`` a voice here."""
    if not FACTS[language].espeak_voice:
        return (
            "narrate in another language, with captions in this one (subtitle_languages), or record the narration"
            " yourself (narration_audio)"
        )
    if not can_read(language):
        return f"{advise_reading(language)}, and have espeak_ng among the narrators"
    return "apt-get install espeak-ng, and have espeak_ng among the narrators"


def owns_voice(narrator: NarrationProvider, voice_id: VoiceId | None) -> bool:
    """Return whether the narrator can speak with the voice that the plan names."""
    if voice_id is None or not narrator.capabilities.has_own_voices:
        return False
    return narrator.provider_id.provider == voice_id.provider


def explain_other_voice(narrators: Sequence[NarrationProvider], voice_id: VoiceId) -> Fallback:
    """Return the reason why another voice than the one that the plan names speaks."""
    is_in_chain = any(one.provider_id.provider == voice_id.provider for one in narrators)
    if is_in_chain:
        return Fallback(provider=voice_id.provider, reason=f"it has no voice {voice_id.voice} to choose")
    return Fallback(provider=voice_id.provider, reason="it is not among the narrators; is its key set?")
