"""Voices by ElevenLabs, which tell when each character is spoken."""

import base64
from typing import Any

from sutradhar.domain.asset import Provenance
from sutradhar.domain.plan import Language, Voice
from sutradhar.ports.calls import CallGate
from sutradhar.ports.providers import Speech
from sutradhar.providers.bought_voice import finished, word_starts
from sutradhar.providers.elevenlabs.client import ONCE, PROVIDER, client, errors
from sutradhar.providers.sound_file import decoded
from sutradhar.providers.vendor import Vendor, patiently

_VOICES = {"F": "EXAVITQu4vr4xnSDxMaL", "M": "JBFqnCBsd6RMkjVDRZzb"}
"""Sarah and George, which every account has (elevenlabs.io/docs: default voices)."""
_FORMAT = "mp3_44100_128"
"""The best that every plan may have."""


class ElevenLabsNarrator:
    def __init__(self, vendor: Vendor, gate: CallGate) -> None:
        self._vendor, self._gate = vendor, gate
        self._model = vendor.options.get("model", "eleven_multilingual_v2")

    @property
    def name(self) -> str:
        return f"{PROVIDER}/{self._model}"

    def speaks(self, language: Language, voice: Voice) -> bool:  # noqa: ARG002 - both of both
        return True

    def maker(self, language: Language, voice: Voice) -> str:  # noqa: ARG002 - one maker, but another voice, another key
        return f"{self.name}/{self._voice(voice)}"

    def narrate(self, text: str, language: Language, voice: Voice) -> Speech:
        """Raises ProviderError."""
        text = " ".join(text.split())
        most = likely = {"characters": len(text)}
        with self._gate.call(PROVIDER, self._model, most, likely) as call, client(self._vendor) as elevenlabs:

            def said() -> tuple[Any, dict[str, str]]:
                with errors():
                    raw = elevenlabs.text_to_speech.with_raw_response.convert_with_timestamps(
                        self._voice(voice), text=text, model_id=self._model, output_format=_FORMAT,
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

    def _voice(self, voice: Voice) -> str:
        return self._vendor.options.get(f"voice_{voice.lower()}", _VOICES[voice])


def _charged(headers: dict[str, str], characters: int) -> float:
    """Characters, as its header says (``character-cost``)."""
    try:
        return float(headers["character-cost"])
    except (KeyError, ValueError):
        return characters
