"""The interface of the providers that translate."""

from dataclasses import dataclass
from typing import Protocol

from sutradhar.domain.assets.asset import Fallback, Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.plan.translation import TranslatedTexts, TranslationRequest


@dataclass(frozen=True)
class TranslationResult:
    texts: TranslatedTexts
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None


class TranslationProvider(Protocol):
    @property
    def provider_id(self) -> ProviderId:
        """The provider and its version."""
        ...

    def usage(self, request: TranslationRequest) -> Usage | None:
        """Return the units that ``translate`` would use; None if it is free. Raise ProviderError."""
        ...

    def translate(self, request: TranslationRequest) -> TranslationResult:
        """Return as many texts as ``request`` has; an empty one stays empty. Raise ProviderError."""
        ...


class Translator(TranslationProvider, Protocol):
    """A chain of these providers."""

    @property
    def available(self) -> bool:
        """Return whether a provider is set up."""
        ...
