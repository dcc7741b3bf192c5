"""Narrate with OpenAI's voices, which report no word times."""

from collections.abc import Mapping
from typing import Any

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.language.table import is_first_of_script, name_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.hosted.api_errors import refuse_bad_media
from sutradhar.providers.hosted.openai.client import PROVIDER, convert_errors, open_client
from sutradhar.providers.hosted.openai.voices import OWN_VOICES, SPOKEN_LANGUAGES
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.hosted.tts import HostedNarrator, build_speech, find_longest_sec, make_capabilities
from sutradhar.providers.media.audio_decode import decode_audio

_MODELS_WITHOUT_INSTRUCTIONS = "tts-1"
"""Beginning of the names of models that accept a speed and no instructions. The others accept instructions and ignore a
speed (platform.openai.com/docs/guides/text-to-speech)."""
_VOICES: Mapping[Voice, str] = {"F": "coral", "M": "onyx"}


class OpenAINarrator(HostedNarrator):
    provider = PROVIDER
    default_voices = _VOICES

    @property
    def capabilities(self) -> NarratorCapabilities:
        has_emotion = not self._model.startswith(_MODELS_WITHOUT_INSTRUCTIONS)
        return make_capabilities(SPOKEN_LANGUAGES, OWN_VOICES, expresses_emotion=has_emotion, reports_word_times=False)

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage:  # noqa: ARG002 - every voice costs the same
        longest_sec = find_longest_sec(NarrationWords(text, language).text, language, options.speed)
        expected_sec = estimate_speech_sec(text, language, options.speed)
        return Usage(PROVIDER, self._model, max={"seconds": longest_sec}, expected={"seconds": expected_sec})

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Return the spoken text. Raise ProviderError."""
        prompt = NarrationWords(text, language).text
        style = self._describe_style(language, options)
        voice_name = self.find_voice_name(voice, options)
        with self._gate.call(self.usage(text, language, voice, options)) as call, open_client(self._account) as openai:

            def send() -> tuple[bytes, str]:
                with convert_errors():
                    raw = openai.audio.speech.with_raw_response.create(
                        model=self._model,
                        voice=voice_name,
                        input=prompt,
                        response_format="wav",
                        **style,
                    )
                    return raw.content, raw.headers.get("x-request-id", "")

            data, request_id = call_with_retries(send)
            with refuse_bad_media(PROVIDER):
                samples, rate = decode_audio(data)
            call.settle({"seconds": len(samples) / rate}, request_id)
            provenance = Provenance(model=self._model, request_id=request_id, voice=voice_name)
            return build_speech(PROVIDER, str(self.provider_id), samples, rate, text, None, provenance)

    def _describe_style(self, language: Language, options: VoiceOptions) -> dict[str, Any]:
        """Return the parameters for language, speed and emotion that this model accepts."""
        if self._model.startswith(_MODELS_WITHOUT_INSTRUCTIONS):
            return {"speed": options.speed} if options.speed != 1 else {}
        pace = f"Speak at {options.speed:.0%} of your usual speed." if options.speed != 1 else ""
        tone = f"Tone: {options.emotion}." if options.emotion else ""
        tongue = "" if is_first_of_script(language) else f"Speak {name_language(language)}."
        parts = [part for part in (tongue, tone, pace) if part]
        return {"instructions": " ".join(parts)} if parts else {}
