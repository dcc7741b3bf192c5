"""The chain of the providers that translate."""

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.plan.translation import TranslationRequest
from sutradhar.ports.translation import TranslationProvider, TranslationResult
from sutradhar.providers.chain import Chain


class TranslatorChain(Chain[TranslationProvider]):
    """A Translator."""

    label = "translator"
    empty_id = ProviderId("translator")
    setup_advice = "set OPENAI_API_KEY or GEMINI_API_KEY for a planner that translates, or give each scene translations"

    def usage(self, request: TranslationRequest) -> Usage | None:
        return self._find_usage(lambda one: one.usage(request))

    def translate(self, request: TranslationRequest) -> TranslationResult:
        """Translate the texts of ``request``. Raise ProviderError."""
        return self._ask(lambda one: one.translate(request))
