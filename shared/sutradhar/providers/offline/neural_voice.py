"""What hibari and piper have in common: phonemes in, sound and the length of each phoneme out."""

import threading
from abc import ABC, abstractmethod
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.plan.plan import PLAIN, Language, Manner, Voice
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.media.speech_postprocess import Samples, speech
from sutradhar.providers.offline.phoneme_alignment import find_token_starts

MAX_PHONEMES = 300
"""Said at once. A model's memory grows with the square of the length: 2000 characters in one go take 3 GB in piper."""


class SentenceAudio(NamedTuple):
    """One sentence as the engine says it."""

    phonemes: str
    samples: Samples
    starts: NDArray[np.float64]
    """[len(phonemes)]: seconds into ``samples`` where each phoneme is first heard."""


class Engine(Protocol):
    """A loaded model."""

    rate: int

    def phonemize(self, text: str) -> list[str]:
        """The phonemes of each sentence."""
        ...

    def say(self, phonemes: str, speed: float) -> SentenceAudio:
        """``speed`` against the voice's own."""
        ...


class NeuralVoice(ABC):
    """One English voice. The model is loaded at the first sentence, once, and used by one thread at a time."""

    vendor: str
    packages: tuple[str, ...]
    """The distributions it needs; the first one's version is the voice's."""
    voice: Voice

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(self.vendor, _installed(self.packages[0]))

    @abstractmethod
    def load(self) -> Engine:
        """Read the model."""

    def normalize_token(self, token: str) -> str:
        """``token`` as the engine has to see it."""
        return token

    @property
    def capabilities(self) -> NarratorCapabilities:
        is_installed = all(_installed(package) for package in self.packages)
        return NarratorCapabilities(voices=frozenset({("en", self.voice)} if is_installed else ()))

    def provider_for(self, language: Language, voice: Voice, options: Manner = PLAIN) -> ProviderId:  # noqa: ARG002 - one for all it speaks
        return self.provider_id

    def usage(self, text: str, language: Language, voice: Voice, options: Manner = PLAIN) -> None:  # noqa: B027 - for all
        """Return None: offline voices are free."""

    def narrate(self, text: str, language: Language, voice: Voice, options: Manner = PLAIN) -> Speech:
        """Raises ProviderError."""
        if (language, voice) not in self.capabilities.voices:
            raise ProviderError(
                f"{self.provider_id} has no voice {voice} for {language} here",
                provider=str(self.provider_id),
                retryable=False,
                advice=f"pip install {' '.join(self.packages)}, or name another narrator",
            )
        with self._lock:
            try:
                self._engine = self._engine or self.load()
                return self._narrate(self._engine, text, options.speed)
            except Exception as exc:  # whatever the engine throws, the next voice can still speak
                raise ProviderError(
                    f"{self.provider_id} could not say it: {exc}",
                    provider=str(self.provider_id),
                    retryable=False,
                    advice="check the installation of this voice, or name another narrator after it",
                ) from exc

    def _narrate(self, engine: Engine, text: str, speed: float) -> Speech:
        words = NarrationWords(text, "en")
        spelled = [self.normalize_token(t) for t in words.spoken_words]
        parts = [
            engine.say(p, speed) for sentence in engine.phonemize(" ".join(spelled)) for p in split_phonemes(sentence)
        ]
        if not parts:
            raise ValueError("there is nothing in this text that it can read")
        marks: list[float] = []
        begin = 0.0
        for part in parts:
            if marks:
                marks.append(begin + float(part.starts[0]))  # of the space that joins the sentences
            marks += _word_marks(part, begin)
            begin += len(part.samples) / engine.rate
        alone = [" ".join(engine.phonemize(t)) for t in spelled]
        found = find_token_starts(alone, " ".join(p.phonemes for p in parts))
        return speech(
            np.concatenate([p.samples for p in parts]),
            engine.rate,
            words.written_words,
            words.spread_starts([None if at is None else marks[at] for at in found]),
            str(self.provider_id),
        )


def split_phonemes(phonemes: str) -> list[str]:
    """A sentence cut into parts that can be said at once: after punctuation, else between words, else anywhere."""
    found = []
    while len(phonemes) > MAX_PHONEMES:
        head = phonemes[: MAX_PHONEMES + 1]
        comma = max(head.rfind(f"{mark} ", MAX_PHONEMES // 4) + 1 for mark in ",;:—")
        cut = comma or max(head.rfind(" "), 0) or MAX_PHONEMES
        found.append(phonemes[:cut])
        phonemes = phonemes[cut:].lstrip()
    return [part for part in (*found, phonemes) if any(c.isalpha() for c in part)]


def _word_marks(part: SentenceAudio, begin: float) -> list[float]:
    """For each phoneme when a word that begins with it is heard, in seconds.

    A model gives the space before a word some of its length even where the speaker makes no pause; the word is heard
    from there. Where there is a pause, the silence tells better (``speech_postprocess.place_words``).
    """
    starts = part.starts.tolist()
    return [begin + (starts[i - 1] if i and part.phonemes[i - 1] == " " else start) for i, start in enumerate(starts)]


def _installed(package: str) -> str:
    """The version of ``package``, empty when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
