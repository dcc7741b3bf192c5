"""Speak Japanese with a woman's voice: Open JTalk with the voice "Mei" of its package, pyopenjtalk-plus.

The engine reads Chinese characters and numbers, and speaks with the pitch accent of Japanese, which espeak-ng lacks.
The voice is of the MMDAgent project of the Nagoya Institute of Technology (CC BY 3.0).
"""

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.media.speech_postprocess import Samples, postprocess_speech

_PACKAGE = "pyopenjtalk-plus"
_FULL_SCALE = 32768
_SPEED = 0.92
"""At this speed its pace is that of espeak-ng's voices, by which lengths are estimated (domain/language/paces.py)."""
_ENDS = "。！？.!?"
_LONGEST_PART = 100
"""The most characters that are synthesised at a time; memory grows with the length."""


class OpenJTalkNarrator:
    """A Narrator that loads its voice for the first text, and lets one thread at a time use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Any = None

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId("open_jtalk", _find_version())

    @property
    def capabilities(self) -> NarratorCapabilities:
        return NarratorCapabilities(voices=frozenset({("ja", "F")} if _find_version() else ()))

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:  # noqa: ARG002 - one identifier for all voices
        return self.provider_id

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> None:
        """Return None: offline voices are free."""

    def release(self) -> None:
        """Drop the voice unless a thread uses it now; the next text loads it again."""
        if self._lock.acquire(blocking=False):
            self._engine = None
            self._lock.release()

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Speak ``text``. Raise ProviderError if the voice is not installed or fails."""
        if (language, voice) not in self.capabilities.voices:
            raise self._build_error(f"open_jtalk has no voice {voice} for {language} here")
        words = NarrationWords(text, language)
        with self._lock:
            try:
                self._engine = self._engine or _load_engine()
                samples, starts = self._speak(words.spoken_words, options.speed * _SPEED)
                return postprocess_speech(
                    samples,
                    self._engine.get_sampling_frequency(),
                    words.written_words,
                    words.spread_starts(starts),
                    str(self.provider_id),
                )
            except Exception as exc:  # the engine may raise anything, and the next voice can still speak
                raise self._build_error(f"open_jtalk could not speak the text: {exc}") from exc

    def _speak(self, words: Sequence[str], speed: float) -> tuple[Samples, list[float | None]]:
        """Return the samples of ``words`` and the second at which each begins."""
        parts: list[Samples] = []
        starts: list[float | None] = []
        length = 0
        for part in _split_parts(words):
            labels, firsts = _read(part)
            # the length of a phoneme depends on its own label only, so those of a word can be measured by themselves
            edges = sorted({0, len(labels), *firsts})
            lengths = [self._synthesize(labels[a:b], speed).size for a, b in pairwise(edges)]
            begins = dict(zip(edges, accumulate(lengths, initial=0), strict=True))
            starts += [(length + begins[first]) / self._engine.get_sampling_frequency() for first in firsts]
            if labels:
                parts.append(self._synthesize(labels, speed))
                length += parts[-1].size
        if not parts:
            raise ValueError("the text has no word that this voice can read")
        return np.concatenate(parts), starts

    def _synthesize(self, labels: list[str], speed: float) -> Samples:
        self._engine.set_speed(speed)  # each call forgets it
        samples: Samples = (np.asarray(self._engine.synthesize(labels)) / _FULL_SCALE).astype(np.float32)
        return samples

    def _build_error(self, message: str) -> ProviderError:
        advice = "pip install 'sutradhar[japanese]', or name another narrator"
        return ProviderError(message, provider=str(self.provider_id), retryable=False, advice=advice)


def _load_engine() -> Any:
    from pyopenjtalk.htsengine import HTSEngine

    voice = resources.files("pyopenjtalk").joinpath("htsvoice", "mei_normal.htsvoice")
    return HTSEngine(str(voice).encode())


def _split_parts(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the words of each sentence; a long one in several parts."""
    part: list[str] = []
    for word in words:
        part.append(word)
        if word.rstrip()[-1:] in _ENDS or sum(map(len, part)) >= _LONGEST_PART:
            yield part
            part = []
    if part:
        yield part


def _read(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the phonemes of ``words`` as full-context labels, and the index of the first one of each word."""
    import pyopenjtalk

    text = "".join(words)
    morphemes = pyopenjtalk.run_frontend(text)
    labels = pyopenjtalk.make_label(morphemes)
    ends = list(accumulate((len(one["string"]) for one in morphemes), initial=0))
    places = _map_places(text, "".join(one["string"] for one in morphemes))
    firsts = []
    for at in accumulate((len(word) for word in words[:-1]), initial=0):
        count = next(i for i, end in enumerate(ends) if end >= places[at])
        # the labels of the morphemes before end with a silence
        first = len(pyopenjtalk.make_label(morphemes[:count])) - 1 if count else 0
        firsts.append(min(max(first, 0), len(labels)))
    return labels, firsts


def _map_places(text: str, read_text: str) -> list[int]:
    """Return for each character of ``text`` its place in ``read_text``, where numbers are in words. A character that is
    written otherwise there has the place of the first one beside it."""
    one, other = (unicodedata.normalize("NFKC", c)[:1] or c for c in text), unicodedata.normalize("NFKC", read_text)
    matcher = SequenceMatcher(None, "".join(one), other if len(other) == len(read_text) else read_text, autojunk=False)
    places = [0] * len(text)
    for _, a, b, at, _ in matcher.get_opcodes():
        for i in range(a, b):
            places[i] = at
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            places[block.a + k] = block.b + k
    return places


def _find_version() -> str:
    """Return the version of the package, empty if it is not installed."""
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return ""
