"""Narrate with ElevenLabs' voices; the API reports the time of each character."""

import base64
from collections.abc import Mapping
from typing import Any

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.hosted.api_errors import refuse_bad_media
from sutradhar.providers.hosted.elevenlabs.client import NO_RETRIES, PROVIDER, convert_errors, open_client
from sutradhar.providers.hosted.elevenlabs.voices import LARGEST_MODEL, find_languages, list_own_voices
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.hosted.tts import HostedNarrator, build_speech, find_word_starts, make_capabilities
from sutradhar.providers.media.audio_decode import decode_audio

_VOICES: Mapping[Voice, str] = {"F": "EXAVITQu4vr4xnSDxMaL", "M": "JBFqnCBsd6RMkjVDRZzb"}
"""Sarah and George, which every account has (elevenlabs.io/docs: default voices)."""
_MODELS_WITH_EMOTION = "eleven_v3"
"""Beginning of the names of models that accept a tag in brackets before the text
(elevenlabs.io/docs/best-practices/prompting/eleven-v3)."""
_FORMAT = "mp3_44100_128"
"""The best format that every plan of ElevenLabs includes."""


class ElevenLabsNarrator(HostedNarrator):
    provider = PROVIDER
    default_voices = _VOICES

    @property
    def capabilities(self) -> NarratorCapabilities:
        has_emotion = self._model.startswith(_MODELS_WITH_EMOTION)
        languages = find_languages(self._model) | find_languages(LARGEST_MODEL)
        return make_capabilities(languages, list_own_voices(languages), expresses_emotion=has_emotion)

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:
        return ProviderId(PROVIDER, self._choose_model(language), self.find_voice_name(voice, options))

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage:  # noqa: ARG002 - every voice costs the same
        characters = len(self._build_prompt(NarrationWords(text, language), options))
        return Usage.exact(PROVIDER, self._choose_model(language), {"characters": characters})

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Return the spoken text. Raise ProviderError."""
        words, model = NarrationWords(text, language), self._choose_model(language)
        prompt = self._build_prompt(words, options)
        voice_name = self.find_voice_name(voice, options)
        settings = {"voice_settings": {"speed": options.speed}} if options.speed != 1 else {}
        with (
            self._gate.call(self.usage(text, language, voice, options)) as call,
            open_client(self._account) as elevenlabs,
        ):

            def send() -> tuple[Any, dict[str, str]]:
                with convert_errors():
                    raw = elevenlabs.text_to_speech.with_raw_response.convert_with_timestamps(
                        voice_name,
                        text=prompt,
                        model_id=model,
                        output_format=_FORMAT,
                        request_options=NO_RETRIES,
                        **settings,
                    )
                    return raw.data, {name.lower(): value for name, value in raw.headers.items()}

            answer, headers = call_with_retries(send)
            request_id = headers.get("request-id", "")
            call.settle({"characters": _count_charged(headers, len(prompt))}, request_id)
            with convert_errors():
                data = base64.b64decode(answer.audio_base_64, validate=True)
                times = answer.alignment
                reported = times and find_word_starts(
                    words.spoken_words, times.characters, times.character_start_times_seconds
                )
                starts = words.spread_starts(reported) if reported else None
            with refuse_bad_media(PROVIDER):
                samples, rate = decode_audio(data)
            provenance = Provenance(model=model, request_id=request_id, voice=voice_name)
            return build_speech(PROVIDER, str(ProviderId(PROVIDER, model)), samples, rate, text, starts, provenance)

    def _choose_model(self, language: Language) -> str:
        """Return the chosen model, or the one with the most languages if that does not speak ``language``."""
        return self._model if language in find_languages(self._model) else LARGEST_MODEL

    def _build_prompt(self, words: NarrationWords, options: VoiceOptions) -> str:
        """Return the text that is sent, which begins with the emotion if the model understands one."""
        has_emotion = options.emotion and self.capabilities.expresses_emotion
        return f"[{options.emotion}] {words.text}" if has_emotion else words.text


def _count_charged(headers: dict[str, str], characters: int) -> float:
    """Return the characters that the header ``character-cost`` names; without it, those that were sent."""
    try:
        return float(headers["character-cost"])
    except (KeyError, ValueError):
        return characters
