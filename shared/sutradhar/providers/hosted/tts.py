"""What a vendor says becomes a Speech, with the vendor's word times or, where it has none, with ours."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.plan.plan import PLAIN, Language, Manner, Voice
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import Speech
from sutradhar.providers.alignment.text_match import match_tokens
from sutradhar.providers.catalog import offer
from sutradhar.providers.hosted.api_errors import Vendor, unusable
from sutradhar.providers.media.audio_decode import Audio
from sutradhar.providers.media.speech_postprocess import speech

_SHORTEST_SEC_A_CHARACTER = 0.02
"""Nobody speaks faster: auctioneers reach 25 characters a second."""


class BoughtNarrator(ABC):
    """A Narrator that speaks both languages with both voices; a vendor's class says how it is asked."""

    provider: str
    usual_voices: Mapping[Voice, str]

    def __init__(self, vendor: Vendor, gate: CallGate) -> None:
        self._vendor, self._gate = vendor, gate
        models = offer(self.provider, "narrator")
        self._model = vendor.options.get(models.option, models.default)

    @property
    def name(self) -> str:
        return f"{self.provider}/{self._model}"

    def speaks(self, language: Language, voice: Voice) -> bool:  # noqa: ARG002 - both of both
        return True

    def maker(self, language: Language, voice: Voice, manner: Manner = PLAIN) -> str:  # noqa: ARG002 - in any language
        # one maker, but another voice, another key
        return f"{self.name}/{self.voice(voice, manner)}"

    @abstractmethod
    def acts(self, language: Language, voice: Voice, manner: Manner = PLAIN) -> bool:
        """Whether the model can be told an emotion."""

    def voice(self, voice: Voice, manner: Manner) -> str:
        """The vendor's name of it."""
        whose, _, named = manner.named.partition("/")
        if whose == self.provider:
            return named
        return self._vendor.options.get(f"voice_{voice.lower()}", self.usual_voices[voice])

    @abstractmethod
    def narrate(self, text: str, language: Language, voice: Voice, manner: Manner = PLAIN) -> Speech:
        """Raises ProviderError."""


def finished(
    provider: str,
    name: str,
    samples: Audio,
    rate: int,
    text: str,
    told: Sequence[float | None] | None,
    provenance: Provenance,
) -> Speech:
    """``told``: when each word of ``text`` begins, in seconds; None: the vendor does not say. Then, and where it left a
    word out, time is shared out by length between the pauses.

    Raises ProviderError when the sound is silent, or too short to be all of the text.
    """
    tokens = text.split()
    seconds = len(samples) / rate
    if seconds < _SHORTEST_SEC_A_CHARACTER * len(text) or any(s is not None and s > seconds for s in told or ()):
        raise unusable(provider, f"{seconds:.1f} s of sound are not all of the text")
    mono = samples.mean(axis=1)
    try:
        made = speech(mono, rate, tokens, told or [None] * len(tokens), name)
    except ValueError as exc:
        raise unusable(provider, str(exc)) from exc
    return replace(made, alignment="engine" if told else "estimate", provenance=provenance)


def word_starts(words: Sequence[str], characters: Sequence[str], starts: Sequence[float]) -> list[float | None] | None:
    """Return the start of each of ``words`` by the times of the ``characters`` that the provider reports.

    It may have spoken others than were written (numbers as words, other white space); what is the same on both sides
    tells where the rest belongs. None when so little is the same that it says nothing.
    """
    if len(characters) != len(starts) or not starts:
        return None
    places = match_tokens(words, characters)
    found = [None if at is None else starts[at] for at in places or ()]
    return None if any(later < earlier - 0.5 for earlier, later in _pairs(found)) else found or None


def _pairs(starts: Sequence[float | None]) -> list[tuple[float, float]]:
    known = [s for s in starts if s is not None]
    return list(pairwise(known))
