"""List the models that each provider is asked for. This module imports no provider's client, so it loads fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from sutradhar.domain.billing.model_table import ModelTable

Kind = Literal["planner", "narrator", "image", "clip", "footage", "sound", "composer"]
_TOKENS = ("input_tokens", "output_tokens")


@dataclass(frozen=True)
class Offer:
    """One provider's models for one kind of asset. ``units``: the units of the price table that each model needs."""

    provider: str
    kind: Kind
    default: str
    units: Sequence[str]
    option: str = ""
    """Name of the provider's option that chooses another model."""
    reserve: str = ""
    """The model that is asked if the provider no longer has the chosen one."""

    @property
    def variable(self) -> str:
        """The environment variable that chooses another model."""
        return f"{self.provider.upper()}_{self.option.upper()}" if self.option else ""


OFFERS = (
    Offer("openai", "planner", "gpt-6.1-terra", _TOKENS, "planner_model", "gpt-6-luna"),
    # every model of the speech endpoint ends on 2027-01-05, so this provider comes last among the paid voices
    Offer("openai", "narrator", "gpt-4o-mini-tts", ("seconds",), "voice_model"),
    Offer(
        "openai",
        "image",
        "gpt-image-2.6-flare",
        ("input_tokens", "input_image_tokens", "output_tokens"),
        "image_model",
        "gpt-image-2.6-sunburst",
    ),
    Offer("gemini", "planner", "gemini-3.5-flash-lite", _TOKENS, "planner_model", "gemini-3.1-flash-lite"),
    Offer("gemini", "image", "gemini-3.1-flash-image", _TOKENS, "image_model", "gemini-3-pro-image"),
    Offer("gemini", "clip", "veo-3.1-fast-generate-001", ("seconds",), "clip_model", "veo-3.1-generate-001"),
    Offer("elevenlabs", "narrator", "eleven_multilingual_v2", ("characters",), "model", "eleven_v3"),
    Offer("elevenlabs", "sound", "eleven_text_to_sound_v2", ("seconds",), "sound_model"),
    Offer("elevenlabs", "composer", "music_v1", ("seconds",), "music_model"),
)


def offer(provider: str, kind: Kind) -> Offer:
    """Return the offer of ``provider`` for ``kind``. Raise LookupError if it has no models to choose for that kind."""
    for one in OFFERS:
        if (one.provider, one.kind) == (provider, kind):
            return one
    raise LookupError(f"{provider} has no models for {kind}")


@cache
def model_table() -> ModelTable:
    """Return the table of models that comes with this package."""
    return ModelTable.model_validate_json(files("sutradhar").joinpath("models.json").read_text())
