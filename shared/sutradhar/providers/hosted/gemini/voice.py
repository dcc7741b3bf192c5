"""Narrate with Gemini's speech models, which report no word times."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.language.table import name_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.hosted.api_errors import make_bad_response, refuse_bad_media
from sutradhar.providers.hosted.gemini.client import PROVIDER, convert_errors, find_refusal, open_client, read_usage
from sutradhar.providers.hosted.gemini.voices import LAST_FOR, OWN_VOICES, SPOKEN_LANGUAGES
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.hosted.tts import HostedNarrator, build_speech, find_longest_sec, make_capabilities
from sutradhar.providers.media.audio_decode import Audio, decode_audio

_VOICES: Mapping[Voice, str] = {"F": "Kore", "M": "Charon"}
TOKENS_PER_SEC = 25
"""Tokens of one second of audio (ai.google.dev/gemini-api/docs/pricing)."""
_MAX_TOKENS = 16_384
"""The most tokens of one answer: eleven minutes."""
_RAW = re.compile(r"audio/(?:l16|pcm)\b(?:.*rate=(\d+))?", re.IGNORECASE)
"""The media type of samples without a header, which the models before 3.8 send."""


class GeminiNarrator(HostedNarrator):
    provider = PROVIDER
    default_voices = _VOICES

    @property
    def capabilities(self) -> NarratorCapabilities:
        return make_capabilities(
            SPOKEN_LANGUAGES, OWN_VOICES, expresses_emotion=True, reports_word_times=False, last_for=LAST_FOR
        )

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage:  # noqa: ARG002 - every voice costs the same
        prompt = NarrationWords(text, language).text
        characters = len(f"{prompt}{_describe_style(language, options)}".encode())  # a token is a byte at least
        longest = min(_MAX_TOKENS, TOKENS_PER_SEC * find_longest_sec(prompt, language, options.speed))
        expected = min(longest, TOKENS_PER_SEC * estimate_speech_sec(text, language, options.speed))
        return Usage(
            PROVIDER,
            self._model,
            max={"output_tokens": longest, "input_tokens": characters},
            expected={"output_tokens": expected, "input_tokens": characters / 4},
        )

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Return the spoken text. Raise ProviderError."""
        voice_name = self.find_voice_name(voice, options)
        contents = [
            {
                "role": "user",
                "parts": [
                    {
                        "text": NarrationWords(text, language).text,
                        "speech_metadata": {"style": _describe_style(language, options)},
                    }
                ],
            }
        ]
        with (
            self._gate.call(self.usage(text, language, voice, options)) as call,
            open_client(self._account) as google,
        ):

            def send() -> Any:
                with convert_errors():
                    config = _make_config(voice_name)
                    return google.models.generate_content(model=self._model, contents=contents, config=config)

            answer = call_with_retries(send)
            if units := read_usage(answer):
                call.settle(units, answer.response_id or "")
            with convert_errors():
                refusal = find_refusal(answer)
                file = None if refusal else _find_audio(answer)
            if refusal is None:
                if file is None:
                    raise make_bad_response(PROVIDER, "there is no audio in it")
                with refuse_bad_media(PROVIDER):
                    samples, rate = _decode(file.data, file.mime_type or "")
                provenance = Provenance(model=self._model, request_id=answer.response_id or "", voice=voice_name)
                return build_speech(PROVIDER, str(self.provider_id), samples, rate, text, None, provenance)
        raise refusal


def _make_config(voice: str) -> Any:
    """Return the configuration of a request for audio. The client leaves the names in a dict as they are."""
    from google.genai import types

    speech = types.SpeechConfig(
        voice_config=types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=voice))
    )
    return types.GenerateContentConfig(response_modalities=["AUDIO"], speech_config=speech)


def _describe_style(language: Language, options: VoiceOptions) -> str:
    """Return the style in which the text is spoken. It names the language: several share a script."""
    pace = f", at {options.speed:.0%} of the usual speed" if options.speed != 1 else ""
    return f"{options.emotion or 'a clear and natural narrator'}, in {name_language(language)}{pace}"


def _find_audio(answer: Any) -> Any | None:
    """Return the inline data of the first part with audio; None if there is none."""
    for candidate in answer.candidates or ():
        for part in (candidate.content and candidate.content.parts) or ():
            if part.inline_data and part.inline_data.data:
                return part.inline_data
    return None


def _decode(data: bytes, media_type: str) -> tuple[Audio, int]:
    """Return the samples and their rate. Raise MediaError if ``data`` is no audio."""
    raw = _RAW.match(media_type)
    if raw is None:
        return decode_audio(data)
    samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32)
    return samples.reshape(-1, 1) / np.float32(32768), int(raw[1] or 24_000)
