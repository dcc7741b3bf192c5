"""List the models that each vendor is asked for. No vendor's client is imported here, so reading it costs no time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from sutradhar.domain.model_table import ModelTable

Kind = Literal["planner", "narrator", "image", "clip", "footage", "sound", "composer"]
_TOKENS = ("input_tokens", "output_tokens")


@dataclass(frozen=True)
class Offer:
    """One vendor's models for one kind. ``units`` are those of the price table that each of them needs."""

    provider: str
    kind: Kind
    default: str
    units: Sequence[str]
    option: str = ""
    """The name in the vendor's options by which another model is chosen."""
    reserve: str = ""
    """The model that is asked where the vendor no longer has the chosen one."""

    @property
    def variable(self) -> str:
        """The environment variable that chooses another model."""
        return f"{self.provider.upper()}_{self.option.upper()}" if self.option else ""


OFFERS = (
    Offer("openai", "planner", "gpt-6.1-terra", _TOKENS, "planner_model", "gpt-6-luna"),
    # the speech endpoint takes no model that lives past 2027-01-05, so this vendor comes last among the bought voices
    Offer("openai", "narrator", "gpt-4o-mini-tts", ("seconds",), "voice_model"),
    Offer(
        "openai", "image", "gpt-image-2.6-flare", ("input_tokens", "input_image_tokens", "output_tokens"),
        "image_model", "gpt-image-2.6-sunburst",
    ),
    Offer("gemini", "planner", "gemini-3.5-flash-lite", _TOKENS, "planner_model", "gemini-3.1-flash-lite"),
    Offer("gemini", "image", "gemini-3.1-flash-image", _TOKENS, "image_model", "gemini-3-pro-image"),
    Offer("gemini", "clip", "veo-3.1-fast-generate-001", ("seconds",), "clip_model", "veo-3.1-generate-001"),
    Offer("elevenlabs", "narrator", "eleven_multilingual_v2", ("characters",), "model", "eleven_v3"),
    Offer("elevenlabs", "sound", "eleven_text_to_sound_v2", ("seconds",), "sound_model"),
    Offer("elevenlabs", "composer", "music_v1", ("seconds",), "music_model"),
)  # fmt: skip


def offer(provider: str, kind: Kind) -> Offer:
    """Raises LookupError where that vendor sells nothing of that kind by a model's name."""
    for one in OFFERS:
        if (one.provider, one.kind) == (provider, kind):
            return one
    raise LookupError(f"{provider} has no models for {kind}")


@cache
def model_table() -> ModelTable:
    """Return the table of the package."""
    return ModelTable.model_validate_json(files("sutradhar").joinpath("models.json").read_text())
