"""Say what is spoken in the further audio tracks of a video, and with which voice."""

from typing import NamedTuple

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import VoiceOptions, choose_gender, make_voice_options
from sutradhar.domain.plan.plan import RenderPlan


class Speaker(NamedTuple):
    """The voice that speaks one language of a plan."""

    voice: Voice
    options: VoiceOptions


def choose_speaker(plan: RenderPlan, language: Language) -> Speaker:
    """Return the voice of ``language``; that of the narration's own language is the plan's voice."""
    voice = plan.voice if language == plan.spoken_language else plan.choose_voice(language)
    return Speaker(choose_gender(voice), make_voice_options(plan.delivery, voice))


def list_further_narrations(plan: RenderPlan, scene: int) -> dict[Language, str]:
    """Return what is spoken in the scene with the index ``scene`` in each further audio track.

    A narration without a translation stays as it is, which serves for estimates.
    """
    narration, translations = plan.scenes[scene].narration, plan.scenes[scene].translations
    if not narration:
        return {}
    return {language: translations.get(language, narration) for language in plan.audio_languages}
