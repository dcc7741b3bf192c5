"""Voices by ElevenLabs, which tell when each character is spoken."""

import base64
from collections.abc import Mapping
from typing import Any

from sutradhar.domain.asset import Provenance
from sutradhar.domain.plan import Language, Voice
from sutradhar.ports.providers import Speech
from sutradhar.providers.bought_voice import BoughtNarrator, finished, word_starts
from sutradhar.providers.elevenlabs.client import ONCE, PROVIDER, client, errors
from sutradhar.providers.sound_file import decoded
from sutradhar.providers.vendor import patiently

_VOICES: Mapping[Voice, str] = {"F": "EXAVITQu4vr4xnSDxMaL", "M": "JBFqnCBsd6RMkjVDRZzb"}
"""Sarah and George, which every account has (elevenlabs.io/docs: default voices)."""
_FORMAT = "mp3_44100_128"
"""The best that every plan may have."""


class ElevenLabsNarrator(BoughtNarrator):
    provider = PROVIDER
    model_option, usual_model = "model", "eleven_multilingual_v2"
    usual_voices = _VOICES

    def narrate(self, text: str, language: Language, voice: Voice) -> Speech:
        """Raises ProviderError."""
        text = " ".join(text.split())
        most = likely = {"characters": len(text)}
        with self._gate.call(PROVIDER, self._model, most, likely) as call, client(self._vendor) as elevenlabs:

            def said() -> tuple[Any, dict[str, str]]:
                with errors():
                    raw = elevenlabs.text_to_speech.with_raw_response.convert_with_timestamps(
                        self.voice(voice), text=text, model_id=self._model, output_format=_FORMAT,
                        request_options=ONCE,
                    )  # fmt: skip
                    return raw.data, {name.lower(): value for name, value in raw.headers.items()}

            answer, headers = patiently(said)
            request_id = headers.get("request-id", "")
            call.settle({"characters": _charged(headers, len(text))}, request_id)
            with errors():
                data = base64.b64decode(answer.audio_base_64, validate=True)
                told = answer.alignment
                starts = told and word_starts(text, told.characters, told.character_start_times_seconds)
            samples, rate = decoded(PROVIDER, data)
            provenance = Provenance(model=self._model, request_id=request_id)
            return finished(PROVIDER, self.name, samples, rate, text, language, starts, provenance)


def _charged(headers: dict[str, str], characters: int) -> float:
    """Characters, as its header says (``character-cost``)."""
    try:
        return float(headers["character-cost"])
    except (KeyError, ValueError):
        return characters
