"""Estimate how long texts take to speak, while their writer is still typing."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from functions.api.endpoint import endpoint
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.choices import CEILING_SCENES, LanguageCode, Voice
from sutradhar.domain.plan.shorthand import read_optional_language


class SpokenTexts(Frozen):
    """The narrations of a plan, in the order of its scenes."""

    narrations: list[Annotated[str, Field(max_length=5000)]] = Field(max_length=CEILING_SCENES)
    language: Annotated[LanguageCode | None, BeforeValidator(read_optional_language)] = None
    """null: the language of the texts."""
    voice: str = Field(default="F", max_length=140)
    """F, M, or a provider's own voice, which is taken to speak as fast as F."""
    speed: float = Field(default=1.0, ge=0.7, le=1.2)


class SpokenSeconds(Frozen):
    """Estimated lengths in seconds. The offline voices keep them within 10 to 20 % for a text, and 1 % for a video."""

    narrations: tuple[float, ...]
    """From the first word to the end of the last; 0 for an empty text."""
    scenes: tuple[float, ...]
    """The shortest scene that holds the narration; 0 for an empty text."""


@endpoint(answers={200: SpokenSeconds})
def estimate_seconds(body: SpokenTexts) -> SpokenSeconds:
    """Estimate how long narrations and their scenes take. Nothing is made or stored."""
    from sutradhar.domain.language.detect import detect_language
    from sutradhar.domain.plan.speech_duration import NARRATION_PADDING_SEC, estimate_speech_sec

    language = body.language or detect_language(" ".join(body.narrations))
    voice: Voice = "M" if body.voice == "M" else "F"
    seconds = [
        estimate_speech_sec(text, language, body.speed, voice) if text.strip() else 0.0 for text in body.narrations
    ]
    return SpokenSeconds(
        narrations=tuple(round(sec, 2) for sec in seconds),
        scenes=tuple(round(sec + 2 * NARRATION_PADDING_SEC, 2) if sec else 0.0 for sec in seconds),
    )
