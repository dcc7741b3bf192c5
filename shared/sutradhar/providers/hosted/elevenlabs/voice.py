"""Voices by ElevenLabs, which tell when each character is spoken."""

import base64
from collections.abc import Mapping
from typing import Any

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.plan.plan import PLAIN, Language, Manner, Voice
from sutradhar.ports.providers import Speech
from sutradhar.providers.alignment.narration_words import NarrationWords
from sutradhar.providers.hosted.api_errors import patiently, refuse_bad_media
from sutradhar.providers.hosted.elevenlabs.client import ONCE, PROVIDER, client, errors
from sutradhar.providers.hosted.tts import BoughtNarrator, finished, word_starts
from sutradhar.providers.media.audio_decode import decode_audio

_VOICES: Mapping[Voice, str] = {"F": "EXAVITQu4vr4xnSDxMaL", "M": "JBFqnCBsd6RMkjVDRZzb"}
"""Sarah and George, which every account has (elevenlabs.io/docs: default voices)."""
_ACTING = "eleven_v3"
"""The models that take a tag in brackets before the text (elevenlabs.io/docs/best-practices/prompting/eleven-v3)."""
_FORMAT = "mp3_44100_128"
"""The best that every plan may have."""


class ElevenLabsNarrator(BoughtNarrator):
    provider = PROVIDER
    usual_voices = _VOICES

    def acts(self, language: Language, voice: Voice, manner: Manner = PLAIN) -> bool:  # noqa: ARG002 - it is the model's
        return self._model.startswith(_ACTING)

    def narrate(self, text: str, language: Language, voice: Voice, manner: Manner = PLAIN) -> Speech:
        """Raises ProviderError."""
        words = NarrationWords(text, language)
        told = f"[{manner.emotion}] {words.text}" if manner.emotion and self.acts(language, voice) else words.text
        settings = {"voice_settings": {"speed": manner.speed}} if manner.speed != 1 else {}
        most = likely = {"characters": len(told)}
        with self._gate.call(PROVIDER, self._model, most, likely) as call, client(self._vendor) as elevenlabs:

            def said() -> tuple[Any, dict[str, str]]:
                with errors():
                    raw = elevenlabs.text_to_speech.with_raw_response.convert_with_timestamps(
                        self.voice(voice, manner),
                        text=told,
                        model_id=self._model,
                        output_format=_FORMAT,
                        request_options=ONCE,
                        **settings,
                    )
                    return raw.data, {name.lower(): value for name, value in raw.headers.items()}

            answer, headers = patiently(said)
            request_id = headers.get("request-id", "")
            call.settle({"characters": _charged(headers, len(told))}, request_id)
            with errors():
                data = base64.b64decode(answer.audio_base_64, validate=True)
                times = answer.alignment
                found = times and word_starts(words.spoken_words, times.characters, times.character_start_times_seconds)
                starts = words.spread_starts(found) if found else None
            with refuse_bad_media(PROVIDER):
                samples, rate = decode_audio(data)
            provenance = Provenance(model=self._model, request_id=request_id, voice=self.voice(voice, manner))
            return finished(PROVIDER, self.name, samples, rate, text, starts, provenance)


def _charged(headers: dict[str, str], characters: int) -> float:
    """Characters, as its header says (``character-cost``)."""
    try:
        return float(headers["character-cost"])
    except (KeyError, ValueError):
        return characters
