"""Narrate with Google Cloud Text-to-Speech, which reports the start of each marked word."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId, VoiceId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.domain.text.words import find_gap, join_words
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.api_errors import make_bad_response, refuse_bad_media
from sutradhar.providers.hosted.googletts.client import PROVIDER, convert_errors, open_client
from sutradhar.providers.hosted.googletts.voices import (
    OWN_VOICES,
    VOICE,
    VOICES,
    find_language,
    find_region,
    voice_option,
)
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.hosted.tts import build_speech
from sutradhar.providers.media.audio_decode import decode_audio

_MODEL, _RATE = "neural2", 24_000
_SENTENCE_END = re.compile(
    rf"[{''.join(sorted({end for facts in FACTS.values() for end in facts.sentence_ends}))}]['\"”’)」』）]*$"
)
_MAX_BYTES = 4_500
"""The most marked text in one request; 5,000 bytes are allowed (cloud.google.com/text-to-speech/quotas)."""


class GoogleNarrator:
    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        self._account, self._gate = account, gate

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(PROVIDER, _MODEL)

    @property
    def capabilities(self) -> NarratorCapabilities:
        return NarratorCapabilities(voices=frozenset(VOICES), has_own_voices=True, own_voices=OWN_VOICES)

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:
        return ProviderId(PROVIDER, _MODEL, self._find_voice_name(language, voice, options))

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage:
        """Return the characters of all requests together. Raise ProviderError for a voice that cannot speak this."""
        model = _find_family(self._find_voice_name(language, voice, options), language)
        parts = [part for _, part in split_into_requests(NarrationWords(text, language).spoken_words)]
        return _usage_of(model, sum(_count_characters(part) for part in parts))

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Return the spoken text. Raise ProviderError."""
        voice_name = self._find_voice_name(language, voice, options)
        model = _find_family(voice_name, language)
        words = NarrationWords(text, language)
        recordings: list[Any] = []
        starts: list[float | None] = []
        begin = 0.0
        for first, part in split_into_requests(words.spoken_words):
            samples, part_starts = self._synthesize(part, first, voice_name, model, options.speed)
            starts += [None if at is None else begin + at for at in part_starts]
            recordings.append(samples)
            begin += len(samples) / _RATE
        known = words.spread_starts(starts) if any(at is not None for at in starts) else None
        provenance = Provenance(model=model, voice=voice_name)
        return build_speech(PROVIDER, str(self.provider_id), np.concatenate(recordings), _RATE, text, known, provenance)

    def _synthesize(
        self, tokens: Sequence[str], first: int, voice: str, model: str, speed: float
    ) -> tuple[Any, list[float | None]]:
        """Return the samples of one request, and the second in them at which each token begins."""
        pace = {"speaking_rate": speed} if speed != 1 else {}
        with self._gate.call(_usage_of(model, _count_characters(tokens))), open_client(self._account) as google:

            def send() -> Any:
                with convert_errors():
                    return google.synthesize_speech(
                        request={
                            "input": {"ssml": _mark_words(tokens, first)},
                            "voice": {"language_code": find_region(voice), "name": voice},
                            "audio_config": {"audio_encoding": "LINEAR16", "sample_rate_hertz": _RATE, **pace},
                            "enable_time_pointing": ["SSML_MARK"],
                        },
                        retry=None,
                        timeout=self._account.timeout_sec,
                    )

            answer = call_with_retries(send)
            with refuse_bad_media(PROVIDER):
                samples, rate = decode_audio(answer.audio_content)
            if rate != _RATE:
                raise make_bad_response(PROVIDER, f"audio of {rate} Hz where {_RATE} were asked for")
            times = {point.mark_name: point.time_seconds for point in answer.timepoints}
            if times and max(times.values()) > len(samples) / rate:
                raise make_bad_response(PROVIDER, "the audio ends before its last word")
            return samples, [times.get(str(first + i)) for i in range(len(tokens))]

    def _find_voice_name(self, language: Language, voice: Voice, options: VoiceOptions) -> str:
        voice_id = VoiceId.parse(options.named)
        if voice_id and voice_id.provider == PROVIDER:
            return voice_id.voice
        return self._account.options.get(voice_option(language, voice), VOICES[language, voice])


def _count_characters(tokens: Sequence[str]) -> int:
    return len(join_words(tokens))


def _usage_of(model: str, characters: int) -> Usage:
    return Usage.exact(PROVIDER, model, {"characters": float(characters)})


def _find_family(voice: str, language: Language) -> str:
    """Return the family of ``voice`` as the price table names it. Raise ProviderError for another language."""
    match = VOICE.fullmatch(voice)
    spoken_language = find_language(voice)
    if match and spoken_language == language:
        return match[2].lower()
    problem = (
        f"its voice {voice} speaks {spoken_language}, not {language}"
        if match
        else f"{voice} is no voice that marks words"
    )
    raise ProviderError(
        problem,
        provider=PROVIDER,
        retryable=False,
        advice=f"name a Neural2, Wavenet or Standard voice, such as {VOICES[language, 'F']}",
    )


def split_into_requests(tokens: Sequence[str]) -> list[tuple[int, Sequence[str]]]:
    """Split ``tokens`` into as few parts as the size of requests allows, each with the index of its first token.

    A part ends after a sentence where it can, so that no break is audible.
    """
    parts: list[tuple[int, Sequence[str]]] = []
    first = 0
    while first < len(tokens):
        end, sentence = first, 0
        while end < len(tokens) and len(_mark_words(tokens[first : end + 1], first).encode()) <= _MAX_BYTES:
            end += 1
            if _SENTENCE_END.search(tokens[end - 1].rstrip(" ")):
                sentence = end
        end = max(end, first + 1)
        end = end if end == len(tokens) else sentence or end
        parts.append((first, tokens[first:end]))
        first = end
    return parts


def _mark_words(tokens: Sequence[str], first: int) -> str:
    gaps = (find_gap(token, following) for token, following in pairwise([*tokens, ""]))
    words = (
        f'<mark name="{first + i}"/>{escape(token)}{gap}'
        for i, (token, gap) in enumerate(zip(tokens, gaps, strict=True))
    )
    return f"<speak>{''.join(words).rstrip(' ')}</speak>"
