"""Speak with an engine that takes phonemes and returns samples and the length of each phoneme: hibari and piper."""

import threading
from abc import ABC, abstractmethod
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.media.speech_postprocess import Samples, postprocess_speech
from sutradhar.providers.offline.phoneme_alignment import find_token_starts

MAX_PHONEMES = 300
"""The most phonemes in one call. A model's memory grows with the square of the length: 2000 characters take 3 GB in
piper."""


class SentenceAudio(NamedTuple):
    """One sentence, or a part of one, as the engine speaks it."""

    phonemes: str
    samples: Samples
    starts: NDArray[np.float64]
    """The second in ``samples`` at which each phoneme begins: shape (len(phonemes),)."""


class Engine(Protocol):
    """A loaded model."""

    rate: int

    def phonemize(self, text: str) -> list[str]:
        """Return the phonemes of each sentence."""
        ...

    def synthesize(self, phonemes: str, speed: float) -> SentenceAudio:
        """Speak ``phonemes`` at ``speed`` times the voice's own speed."""
        ...


class NeuralVoice(ABC):
    """A Narrator with one English voice.

    It loads its model for the first sentence, keeps it until ``release``, and lets one thread at a time use it.
    """

    provider: str
    packages: tuple[str, ...]
    """The distributions that the voice needs; the version of the first is the voice's version."""
    voice: Voice

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(self.provider, _find_version(self.packages[0]))

    @abstractmethod
    def load_engine(self) -> Engine:
        """Load the model."""

    def normalize_token(self, token: str) -> str:
        """Return ``token`` in the form that the engine reads well."""
        return token

    @property
    def capabilities(self) -> NarratorCapabilities:
        is_installed = all(_find_version(package) for package in self.packages)
        return NarratorCapabilities(voices=frozenset({("en", self.voice)} if is_installed else ()))

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:  # noqa: ARG002 - one identifier for all voices
        return self.provider_id

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> None:  # noqa: B027 - the same for all voices
        """Return None: offline voices are free."""

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Speak ``text``. Raise ProviderError if the voice is not installed or fails."""
        if (language, voice) not in self.capabilities.voices:
            raise ProviderError(
                f"{self.provider_id} has no voice {voice} for {language} here",
                provider=str(self.provider_id),
                retryable=False,
                advice=f"pip install {' '.join(self.packages)}, or name another narrator",
            )
        with self._lock:
            try:
                self._engine = self._engine or self.load_engine()
                return self._narrate(self._engine, text, options.speed)
            except Exception as exc:  # the engine may raise anything, and the next voice can still speak
                raise ProviderError(
                    f"{self.provider_id} could not speak the text: {exc}",
                    provider=str(self.provider_id),
                    retryable=False,
                    advice="check the installation of this voice, or name another narrator after it",
                ) from exc

    def release(self) -> None:
        """Drop the model unless a thread uses it now; the next sentence loads it again."""
        if self._lock.acquire(blocking=False):
            self._engine = None
            self._lock.release()

    def _narrate(self, engine: Engine, text: str, speed: float) -> Speech:
        words = NarrationWords(text, "en")
        tokens = [self.normalize_token(t) for t in words.spoken_words]
        parts = [
            engine.synthesize(part, speed)
            for sentence in engine.phonemize(" ".join(tokens))
            for part in split_phonemes(sentence)
        ]
        if not parts:
            raise ValueError("the text has no word that this voice can read")
        starts: list[float] = []
        begin = 0.0
        for part in parts:
            if starts:
                starts.append(begin + float(part.starts[0]))  # the space that joins the sentences
            starts += _compute_word_starts(part, begin)
            begin += len(part.samples) / engine.rate
        isolated_tokens = [" ".join(engine.phonemize(t)) for t in tokens]
        places = find_token_starts(isolated_tokens, " ".join(p.phonemes for p in parts))
        return postprocess_speech(
            np.concatenate([p.samples for p in parts]),
            engine.rate,
            words.written_words,
            words.spread_starts([None if at is None else starts[at] for at in places]),
            str(self.provider_id),
        )


def split_phonemes(phonemes: str) -> list[str]:
    """Cut a sentence into parts of at most MAX_PHONEMES: after punctuation, else between words, else anywhere."""
    parts = []
    while len(phonemes) > MAX_PHONEMES:
        head = phonemes[: MAX_PHONEMES + 1]
        comma = max(head.rfind(f"{mark} ", MAX_PHONEMES // 4) + 1 for mark in ",;:—")
        cut = comma or max(head.rfind(" "), 0) or MAX_PHONEMES
        parts.append(phonemes[:cut])
        phonemes = phonemes[cut:].lstrip()
    return [part for part in (*parts, phonemes) if any(c.isalpha() for c in part)]


def _compute_word_starts(part: SentenceAudio, begin: float) -> list[float]:
    """Return for each phoneme the second at which a word that begins with it starts; ``part`` starts at ``begin``.

    A model gives the space before a word some of its length even where the speaker makes no pause; the word starts
    there. At a pause, ``speech_postprocess.place_words`` corrects the start by the silence.
    """
    starts = part.starts.tolist()
    return [begin + (starts[i - 1] if i and part.phonemes[i - 1] == " " else start) for i, start in enumerate(starts)]


@cache  # an estimate of many videos asks for it once a narration, and each answer reads the disk
def _find_version(package: str) -> str:
    """Return the version of ``package``, empty if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
