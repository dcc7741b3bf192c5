"""Speak Hindi, and English as a last resort, by espeak-ng, whose library reports when each word begins."""

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
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.media.speech_postprocess import postprocess_speech

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
"""The name of the voice with its variant, and the pitch (0 to 99)."""


class EspeakNarrator:
    """A Narrator whose engine runs in a child process for each text, so any number of threads may use it."""

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId("espeak_ng", _find_library()[1])

    @property
    def capabilities(self) -> NarratorCapabilities:
        return NarratorCapabilities(voices=frozenset(_VOICES if _find_library()[0] else ()))

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:  # noqa: ARG002 - one identifier for all voices
        return self.provider_id

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> None:
        """Return None: offline voices are free."""

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Speak ``text``. Raise ProviderError if espeak-ng is not installed or fails."""
        if (language, voice) not in self.capabilities.voices:
            raise self._build_error("espeak-ng is not installed", retryable=False)
        words = NarrationWords(text, language)
        if not words.spoken_words:
            raise self._build_error("the text has no word that espeak-ng can read", retryable=False)
        voice_name, pitch = _VOICES[language, voice]
        request = {
            "library": _find_library()[0],
            "voice": voice_name,
            "rate": round(_RATE_WPM * options.speed),
            "pitch": pitch,
            "text": words.text,
        }
        head, _, pcm = self._run_worker(json.dumps(request).encode()).partition(b"\n")
        answer = json.loads(head)
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        try:
            starts = words.spread_starts(_find_token_starts(words.spoken_words, answer["words"], answer["rate"]))
            return postprocess_speech(samples, answer["rate"], words.written_words, starts, str(self.provider_id))
        except ValueError as exc:
            raise self._build_error(f"espeak-ng could not read this text: {exc}", retryable=False) from exc

    def _run_worker(self, request: bytes) -> bytes:
        try:
            done = subprocess.run(
                [sys.executable, "-S", str(_WORKER)],
                input=request,
                capture_output=True,
                timeout=_TIMEOUT_SEC,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise self._build_error(f"espeak-ng gave no answer within {_TIMEOUT_SEC} s", retryable=True) from exc
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip()[-300:] or "no message"
            message = f"espeak-ng ended with {done.returncode}: {reason}"
            raise self._build_error(message, retryable=True, status=done.returncode)
        return done.stdout

    def _build_error(self, message: str, *, retryable: bool, status: int | None = None) -> ProviderError:
        provider = str(self.provider_id)
        return ProviderError(message, provider=provider, retryable=retryable, status=status, advice=_ADVICE)


def _find_token_starts(tokens: Sequence[str], events: Sequence[tuple[int, int]], rate: int) -> list[float | None]:
    """Return the start in seconds of each of ``tokens``, which are spoken with single spaces between them.

    Each of ``events`` is a place in the text, at times that of the space before the word, and a number of samples at
    ``rate`` Hz. espeak-ng speaks some pairs (``of the``) as one word, so not every token has an event.
    """
    ends = list(accumulate(len(t) + 1 for t in tokens))
    spaces = {e - 1 for e in ends}
    starts: list[float | None] = [None] * len(tokens)
    latest = -1
    for offset, sample in events:
        i = bisect_right(ends, offset + (offset in spaces))
        if latest < i < len(tokens):
            starts[i] = sample / rate
            latest = i
    return starts


@cache
def _find_library() -> tuple[str, str]:
    """Return the file name of libespeak-ng and its version, both empty if it is not installed."""
    for file in ("libespeak-ng.so.1", ctypes.util.find_library("espeak-ng")):
        try:
            info = ctypes.CDLL(file).espeak_Info if file else None
        except OSError:
            continue
        if file and info:
            info.restype = ctypes.c_char_p
            return file, info(None).decode().split()[0]
    return "", ""
