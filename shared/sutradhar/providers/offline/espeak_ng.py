"""Speak all languages of the table but Sanskrit by espeak-ng, whose library reports when each word begins."""

import ctypes
import ctypes.util
import json
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.media.speech_postprocess import postprocess_speech
from sutradhar.providers.offline.word_readings import advise_reading, can_read, explain_lack, spell_words

_WORKER = Path(__file__).with_name("espeak_worker.py")
_TIMEOUT_SEC = 120
_ADVICE = "apt-get install espeak-ng"
_RATE_WPM = 150
_VARIANTS: Mapping[Voice, tuple[str, int]] = {"F": ("+f3", 50), "M": ("+m3", 45)}
"""The variant of a language's voice, and the pitch (0 to 99)."""


@cache
def list_voices() -> Mapping[tuple[Language, Voice], tuple[str, int]]:
    """Return the name and the pitch of each voice that can speak here: espeak-ng has the language, and the package for
    its readings is installed."""
    return {
        (row.tag, voice): (f"{row.espeak_voice}{variant}", pitch)
        for row in FACTS.values()
        for voice, (variant, pitch) in _VARIANTS.items()
        if row.espeak_voice and can_read(row.tag)
    }


class EspeakNarrator:
    """A Narrator whose engine runs in a child process for each text, so any number of threads may use it."""

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId("espeak_ng", _find_library()[1])

    @property
    def capabilities(self) -> NarratorCapabilities:
        return NarratorCapabilities(voices=frozenset(list_voices() if _find_library()[0] else ()))

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:  # noqa: ARG002 - one identifier for all voices
        return self.provider_id

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> None:
        """Return None: offline voices are free."""

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Speak ``text``. Raise ProviderError if espeak-ng is not installed or fails."""
        if (language, voice) not in self.capabilities.voices:
            raise self._explain_lack(language)
        words = NarrationWords(text, language)
        if not words.spoken_words:
            raise self._build_error("the text has no word that espeak-ng can read", retryable=False)
        voice_name, pitch = list_voices()[language, voice]
        tokens = spell_words(words.spoken_words, language)
        request = {
            "library": _find_library()[0],
            "voice": voice_name,
            "rate": round(_RATE_WPM * options.speed),
            "pitch": pitch,
            "text": " ".join(tokens),
        }
        head, _, pcm = self._run_worker(json.dumps(request).encode()).partition(b"\n")
        answer = json.loads(head)
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        try:
            starts = words.spread_starts(_find_token_starts(tokens, answer["words"], answer["rate"]))
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

    def _explain_lack(self, language: Language) -> ProviderError:
        facts = FACTS[language]
        if not _find_library()[0]:
            return self._build_error("espeak-ng is not installed", retryable=False)
        if not facts.espeak_voice:
            return self._build_error(f"espeak-ng does not speak {facts.name}", retryable=False, advice="")
        lack = f"espeak-ng speaks {facts.name} only with its readings, and {explain_lack(language)} is not installed"
        return self._build_error(lack, retryable=False, advice=advise_reading(language))

    def _build_error(
        self, message: str, *, retryable: bool, status: int | None = None, advice: str = _ADVICE
    ) -> ProviderError:
        provider = str(self.provider_id)
        return ProviderError(message, provider=provider, retryable=retryable, status=status, advice=advice)


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
