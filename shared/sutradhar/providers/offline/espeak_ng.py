"""Hindi, and the last resort for English: espeak-ng, whose library tells when each word begins."""

import ctypes
import ctypes.util
import json
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.plan.plan import PLAIN, Language, Manner, Voice
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.media.speech_postprocess import speech

_WORKER = Path(__file__).with_name("espeak_worker.py")
_TIMEOUT_SEC = 120
_ADVICE = "apt-get install espeak-ng"
_RATE_WPM = 150
_VOICES: dict[tuple[Language, Voice], tuple[str, int]] = {
    ("hi", "F"): ("hi+f3", 50),
    ("hi", "M"): ("hi+m3", 45),
    ("en", "F"): ("en-us+f3", 50),
    ("en", "M"): ("en-us+m3", 45),
}
"""The voice with its variant, and the pitch (0 to 99)."""


class EspeakNarrator:
    """Speaks in a process of its own, so any number of threads may use it."""

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId("espeak_ng", _library()[1])

    @property
    def capabilities(self) -> NarratorCapabilities:
        return NarratorCapabilities(voices=frozenset(_VOICES if _library()[0] else ()))

    def provider_for(self, language: Language, voice: Voice, options: Manner = PLAIN) -> ProviderId:  # noqa: ARG002 - one for all it speaks
        return self.provider_id

    def usage(self, text: str, language: Language, voice: Voice, options: Manner = PLAIN) -> None:
        """Return None: offline voices are free."""

    def narrate(self, text: str, language: Language, voice: Voice, options: Manner = PLAIN) -> Speech:
        """Raises ProviderError."""
        if (language, voice) not in self.capabilities.voices:
            raise self._error("espeak-ng is not installed", retryable=False)
        words = NarrationWords(text, language)
        if not words.spoken_words:
            raise self._error("there is nothing in this text that it can read", retryable=False)
        spoken, pitch = _VOICES[language, voice]
        wanted = {
            "library": _library()[0],
            "voice": spoken,
            "rate": round(_RATE_WPM * options.speed),
            "pitch": pitch,
            "text": words.text,
        }
        answer = self._run(json.dumps(wanted).encode())
        head, _, pcm = answer.partition(b"\n")
        found = json.loads(head)
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        try:
            starts = words.spread_starts(_starts(words.spoken_words, found["words"], found["rate"]))
            return speech(samples, found["rate"], words.written_words, starts, str(self.provider_id))
        except ValueError as exc:
            raise self._error(f"it could not read this text: {exc}", retryable=False) from exc

    def _run(self, wanted: bytes) -> bytes:
        try:
            done = subprocess.run(
                [sys.executable, "-S", str(_WORKER)],
                input=wanted,
                capture_output=True,
                timeout=_TIMEOUT_SEC,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise self._error(f"no answer within {_TIMEOUT_SEC} s", retryable=True) from exc
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip()[-300:] or "no message"
            raise self._error(f"it ended with {done.returncode}: {reason}", retryable=True, status=done.returncode)
        return done.stdout

    def _error(self, message: str, *, retryable: bool, status: int | None = None) -> ProviderError:
        provider = str(self.provider_id)
        return ProviderError(message, provider=provider, retryable=retryable, status=status, advice=_ADVICE)


def _starts(tokens: Sequence[str], words: Sequence[tuple[int, int]], rate: int) -> list[float | None]:
    """Return the start in seconds of each of ``tokens``, spoken with single spaces between them, by word events.

    An event names a place in the text, at times the space before the word; it speaks some pairs (``of the``) as one
    word, so not every token has an event.
    """
    ends = list(accumulate(len(t) + 1 for t in tokens))
    spaces = {e - 1 for e in ends}
    starts: list[float | None] = [None] * len(tokens)
    latest = -1
    for offset, sample in words:
        i = bisect_right(ends, offset + (offset in spaces))
        if latest < i < len(tokens):
            starts[i] = sample / rate
            latest = i
    return starts


@cache
def _library() -> tuple[str, str]:
    """The file name of libespeak-ng and its version, both empty when it is not installed."""
    for file in ("libespeak-ng.so.1", ctypes.util.find_library("espeak-ng")):
        try:
            info = ctypes.CDLL(file).espeak_Info if file else None
        except OSError:
            continue
        if file and info:
            info.restype = ctypes.c_char_p
            return file, info(None).decode().split()[0]
    return "", ""
