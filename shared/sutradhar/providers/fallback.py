"""Narrators in order: the next one speaks where one cannot."""

from collections.abc import Sequence
from dataclasses import replace

from sutradhar.domain.asset import Fallback
from sutradhar.domain.errors import ProviderError
from sutradhar.domain.plan import Language, Voice
from sutradhar.ports.providers import Narrator, Speech


class FallbackNarrator:
    """Itself a Narrator. Who was asked in vain, and why, is written on the Speech."""

    def __init__(self, narrators: Sequence[Narrator]) -> None:
        self._narrators = tuple(narrators)

    @property
    def name(self) -> str:
        return ">".join(n.name for n in self._narrators)

    def speaks(self, language: Language, voice: Voice) -> bool:
        return any(n.speaks(language, voice) for n in self._narrators)

    def maker(self, language: Language, voice: Voice) -> str:
        """Raises ProviderError when nobody has that voice."""
        return self._speaking(language, voice)[0].maker(language, voice)

    def narrate(self, text: str, language: Language, voice: Voice) -> Speech:
        """Raises ProviderError: retryable when it is so for any narrator that was asked."""
        failures: list[ProviderError] = []
        for narrator in self._speaking(language, voice):
            try:
                speech = narrator.narrate(text, language, voice)
            except ProviderError as exc:
                failures.append(exc)
                continue
            earlier = tuple(Fallback(provider=f.provider, reason=str(f)) for f in failures)
            return replace(speech, fallbacks=(*earlier, *speech.fallbacks))
        raise ProviderError(
            "no narrator could say it: " + "; ".join(f"{f.provider}: {f}" for f in failures),
            provider=self.name,
            retryable=any(f.retryable for f in failures),
            advice=next((f.advice for f in failures if f.advice), ""),
        )

    def _speaking(self, language: Language, voice: Voice) -> list[Narrator]:
        found = [n for n in self._narrators if n.speaks(language, voice)]
        if not found:
            raise ProviderError(
                f"no narrator has a voice {voice} for {language}",
                provider=self.name,
                retryable=False,
                advice="apt-get install espeak-ng, and have espeak_ng among the narrators",
            )
        return found
