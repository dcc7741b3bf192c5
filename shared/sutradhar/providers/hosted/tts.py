"""Turn the audio of a hosted voice into a Speech, with the provider's word times or, where it has none, with ours."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import get_args

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId, VoiceId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.domain.text.words import split_words
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import NarratorCapabilities, OwnVoice, Speech
from sutradhar.provider_table import find_offer
from sutradhar.providers.alignment.text_match import match_tokens
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.api_errors import make_bad_response
from sutradhar.providers.media.audio_decode import Audio
from sutradhar.providers.media.speech_postprocess import postprocess_speech

_MAX_SEC_PER_CHARACTER = 0.15
_MIN_SEC_PER_CHARACTER = 0.02
"""No voice is faster: auctioneers reach 25 characters a second."""
_MAX_STEP_BACK_SEC = 0.5
"""Word times that go back by more than this are wrong."""


def make_capabilities(
    languages: Iterable[Language],
    own_voices: Sequence[OwnVoice],
    *,
    expresses_emotion: bool = False,
    reports_word_times: bool = True,
    last_for: frozenset[Language] = frozenset(),
) -> NarratorCapabilities:
    """Return the capabilities of a provider that speaks each of ``languages`` with both voices, and with its own."""
    return NarratorCapabilities(
        voices=frozenset(product(languages, get_args(Voice))),
        expresses_emotion=expresses_emotion,
        has_own_voices=True,
        own_voices=tuple(own_voices),
        reports_word_times=reports_word_times,
        last_for=last_for,
    )


class HostedNarrator(ABC):
    """A Narrator that speaks every language with both voices; a provider's class sends the requests."""

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
        return ProviderId(self.provider, self._model, self.find_voice_name(voice, options))

    @abstractmethod
    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage:
        """Return the units that ``narrate`` would use."""

    def find_voice_name(self, voice: Voice, options: VoiceOptions) -> str:
        """Return the provider's name of the voice."""
        voice_id = VoiceId.parse(options.named)
        if voice_id and voice_id.provider == self.provider:
            return voice_id.voice
        return self._account.options.get(f"voice_{voice.lower()}", self.default_voices[voice])

    @abstractmethod
    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Return the spoken text. Raise ProviderError."""


def find_longest_sec(text: str, language: Language, speed: float) -> float:
    """Return the most seconds that the speech of ``text`` may take, to bound its cost: slow speech has 7 letters a
    second, and a character of Chinese is a whole syllable."""
    return max(1.0, _MAX_SEC_PER_CHARACTER * len(text) / speed, 1.5 * estimate_speech_sec(text, language, speed))


def build_speech(
    provider: str,
    name: str,
    samples: Audio,
    rate: int,
    text: str,
    starts: Sequence[float | None] | None,
    provenance: Provenance,
) -> Speech:
    """Return the finished narration of ``text``.

    Args:
        provider: the name of the provider, for errors.
        name: provider and model.
        samples: the audio that the provider sent, at ``rate`` Hz.
        rate: the sample rate of ``samples``.
        text: the narration as the plan has it.
        starts: the second at which each word of ``text`` begins; None if the provider reports no times. Then, and where
            the provider left a word out, time is shared out by length between the pauses.
        provenance: the origin of the audio.

    Raises:
        ProviderError: the audio is silent, or too short to be all of the text.
    """
    tokens = split_words(text)
    seconds = len(samples) / rate
    if seconds < _MIN_SEC_PER_CHARACTER * len(text) or any(s is not None and s > seconds for s in starts or ()):
        raise make_bad_response(provider, f"{seconds:.1f} s of audio are not all of the text")
    mono = samples.mean(axis=1)
    try:
        speech = postprocess_speech(mono, rate, tokens, starts or [None] * len(tokens), name)
    except ValueError as exc:
        raise make_bad_response(provider, str(exc)) from exc
    return replace(speech, alignment="engine" if starts else "estimate", provenance=provenance)


def find_word_starts(
    words: Sequence[str], characters: Sequence[str], starts: Sequence[float]
) -> list[float | None] | None:
    """Return the start of each of ``words`` by the times of the ``characters`` that the provider reports.

    The provider may have spoken other characters than were sent (numbers as words, other white space). The characters
    that are the same on both sides show the places of the others. The result is None if too few are the same.
    """
    if len(characters) != len(starts) or not starts:
        return None
    places = match_tokens(words, characters)
    word_starts = [None if at is None else starts[at] for at in places or ()]
    known = [start for start in word_starts if start is not None]
    if any(later < earlier - _MAX_STEP_BACK_SEC for earlier, later in pairwise(known)):
        return None
    return word_starts or None
