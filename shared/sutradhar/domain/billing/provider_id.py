"""Identifiers of providers and of their voices: values with a text form for storage and cache keys."""

from dataclasses import dataclass
from typing import Literal, Self

from pydantic_core import CoreSchema

from sutradhar.domain.core.text_value import text_schema

Kind = Literal["planner", "narrator", "image", "clip", "footage", "sound", "composer"]
"""A kind of provider, by what it makes."""


@dataclass(frozen=True)
class ProviderId:
    """A provider with the version of its work, so that a new version makes its assets anew.

    The text form is ``provider/model`` or ``provider/model/voice``; it is part of cache keys and is stored with assets.
    """

    provider: str
    """Name of the provider: ``openai``, ``hibari``."""
    model: str = ""
    """The provider's model, or the version of an offline provider."""
    voice: str = ""
    """The provider's own name of the voice that speaks; only narrators have one."""

    def __str__(self) -> str:
        return "/".join(part for part in (self.provider, self.model, self.voice) if part)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the identifier with this text form. This is the only place that takes the text apart."""
        provider, _, rest = text.partition("/")
        model, _, voice = rest.partition("/")
        return cls(provider, model, voice)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> CoreSchema:
        return text_schema(ProviderId, ProviderId.parse)


@dataclass(frozen=True)
class VoiceId:
    """A voice that a plan asks for by name: ``provider/voice`` (``elevenlabs/JBFqnCBsd6RMkjVDRZzb``)."""

    provider: str
    voice: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.voice}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the voice with this text form; None for an empty text, which asks for no voice by name."""
        provider, _, voice = text.partition("/")
        return cls(provider, voice) if text else None
