"""Voices by OpenAI. They tell no word times."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.plan.choices import Language, Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.hosted.api_errors import call_with_retries, refuse_bad_media
from sutradhar.providers.hosted.openai.client import PROVIDER, convert_errors, open_client
from sutradhar.providers.hosted.tts import HOSTED_NARRATOR, HostedNarrator, build_speech
from sutradhar.providers.media.audio_decode import decode_audio

_MODELS_WITHOUT_INSTRUCTIONS = "tts-1"
"""The models that take a speed and no instructions; the others take instructions, and heed no speed
(platform.openai.com/docs/guides/text-to-speech)."""
_VOICES: Mapping[Voice, str] = {"F": "coral", "M": "onyx"}
_LONGEST_SEC_A_CHARACTER = 0.15
"""For a bound of what it may cost: slow speech has 7 characters a second."""


class OpenAINarrator(HostedNarrator):
    provider = PROVIDER
    default_voices = _VOICES

    @property
    def capabilities(self) -> NarratorCapabilities:
        return replace(HOSTED_NARRATOR, expresses_emotion=not self._model.startswith(_MODELS_WITHOUT_INSTRUCTIONS))

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage:  # noqa: ARG002 - every voice costs the same
        characters = len(NarrationWords(text, language).text)
        longest_sec = max(1.0, _LONGEST_SEC_A_CHARACTER * characters / options.speed)
        expected_sec = estimate_speech_sec(text, language, options.speed)
        return Usage(PROVIDER, self._model, max={"seconds": longest_sec}, expected={"seconds": expected_sec})

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Raises ProviderError."""
        said = NarrationWords(text, language).text
        told = self._told(options)
        with self._gate.call(self.usage(text, language, voice, options)) as call, open_client(self._account) as openai:

            def ask() -> tuple[bytes, str]:
                with convert_errors():
                    raw = openai.audio.speech.with_raw_response.create(
                        model=self._model,
                        voice=self.voice(voice, options),
                        input=said,
                        response_format="wav",
                        **told,
                    )
                    return raw.content, raw.headers.get("x-request-id", "")

            data, request_id = call_with_retries(ask)
            with refuse_bad_media(PROVIDER):
                samples, rate = decode_audio(data)
            call.settle({"seconds": len(samples) / rate}, request_id)
            provenance = Provenance(model=self._model, request_id=request_id, voice=self.voice(voice, options))
            return build_speech(PROVIDER, str(self.provider_id), samples, rate, text, None, provenance)

    def _told(self, options: VoiceOptions) -> dict[str, Any]:
        """How to say it, in the words that the model understands."""
        if self._model.startswith(_MODELS_WITHOUT_INSTRUCTIONS):
            return {"speed": options.speed} if options.speed != 1 else {}
        pace = f"Speak at {options.speed:.0%} of your usual speed." if options.speed != 1 else ""
        tone = f"Tone: {options.emotion}." if options.emotion else ""
        return {"instructions": f"{tone} {pace}".strip()} if tone or pace else {}
