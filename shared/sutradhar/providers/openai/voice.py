"""Voices by OpenAI. They tell no word times."""

from sutradhar.domain.asset import Provenance
from sutradhar.domain.plan import Language, Voice
from sutradhar.ports.calls import CallGate
from sutradhar.ports.providers import Speech
from sutradhar.providers.bought_voice import finished
from sutradhar.providers.openai.client import PROVIDER, client, errors
from sutradhar.providers.pacing import speech_sec
from sutradhar.providers.sound_file import decoded
from sutradhar.providers.vendor import Vendor, patiently

_VOICES = {"F": "coral", "M": "onyx"}
_LONGEST_SEC_A_CHARACTER = 0.15
"""For a bound of what it may cost: slow speech has 7 characters a second."""


class OpenAINarrator:
    def __init__(self, vendor: Vendor, gate: CallGate) -> None:
        self._vendor, self._gate = vendor, gate
        self._model = vendor.options.get("voice_model", "gpt-4o-mini-tts")

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
        most = {"seconds": max(1.0, _LONGEST_SEC_A_CHARACTER * len(text))}
        likely = {"seconds": speech_sec(text, language)}
        with self._gate.call(PROVIDER, self._model, most, likely) as call, client(self._vendor) as openai:

            def said() -> tuple[bytes, str]:
                with errors():
                    raw = openai.audio.speech.with_raw_response.create(
                        model=self._model, voice=self._voice(voice), input=text, response_format="wav"
                    )
                    return raw.content, raw.headers.get("x-request-id", "")

            data, request_id = patiently(said)
            samples, rate = decoded(PROVIDER, data)
            call.settle({"seconds": len(samples) / rate}, request_id)
            provenance = Provenance(model=self._model, request_id=request_id)
            return finished(PROVIDER, self.name, samples, rate, text, language, None, provenance)

    def _voice(self, voice: Voice) -> str:
        return self._vendor.options.get(f"voice_{voice.lower()}", _VOICES[voice])
