"""What a vendor says becomes a Speech, with the vendor's word times or, where it has none, with ours."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import get_args

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId, VoiceId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.plan.choices import LANGUAGES, Language, Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.provider_table import find_offer
from sutradhar.providers.alignment.text_match import match_tokens
from sutradhar.providers.hosted.api_errors import ProviderAccount, make_bad_response
from sutradhar.providers.media.audio_decode import Audio
from sutradhar.providers.media.speech_postprocess import postprocess_speech

_SHORTEST_SEC_A_CHARACTER = 0.02
"""Nobody speaks faster: auctioneers reach 25 characters a second."""


HOSTED_NARRATOR = NarratorCapabilities(
    voices=frozenset(product(LANGUAGES, get_args(Voice))), expresses_emotion=False, has_own_voices=True
)
"""The capabilities of a provider that speaks both languages with both voices."""


class HostedNarrator(ABC):
    """A Narrator that speaks both languages with both voices; a vendor's class says how it is asked."""

    provider: str
    default_voices: Mapping[Voice, str]

    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        self._account, self._gate = account, gate
        models = find_offer(self.provider, "narrator")
        self._model = account.options.get(models.option, models.default)

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(self.provider, self._model)

    @property
    @abstractmethod
    def capabilities(self) -> NarratorCapabilities:
        """Return the languages and voices, and whether the model expresses emotions."""

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:  # noqa: ARG002 - in any language
        return ProviderId(self.provider, self._model, self.voice(voice, options))

    @abstractmethod
    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage:
        """Return the units that ``narrate`` would use."""

    def voice(self, voice: Voice, options: VoiceOptions) -> str:
        """The vendor's name of it."""
        voice_id = VoiceId.parse(options.named)
        if voice_id and voice_id.provider == self.provider:
            return voice_id.voice
        return self._account.options.get(f"voice_{voice.lower()}", self.default_voices[voice])

    @abstractmethod
    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Raises ProviderError."""


def build_speech(
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
        raise make_bad_response(provider, f"{seconds:.1f} s of sound are not all of the text")
    mono = samples.mean(axis=1)
    try:
        made = postprocess_speech(mono, rate, tokens, told or [None] * len(tokens), name)
    except ValueError as exc:
        raise make_bad_response(provider, str(exc)) from exc
    return replace(made, alignment="engine" if told else "estimate", provenance=provenance)


def find_word_starts(
    words: Sequence[str], characters: Sequence[str], starts: Sequence[float]
) -> list[float | None] | None:
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
