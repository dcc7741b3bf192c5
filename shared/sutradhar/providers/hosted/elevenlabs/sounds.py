"""Sound effects by ElevenLabs."""

from sutradhar.domain.assets.asset import Provenance
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import SoundEffect
from sutradhar.providers.catalog import offer
from sutradhar.providers.hosted.api_errors import Vendor, patiently
from sutradhar.providers.hosted.elevenlabs.client import ONCE, PROVIDER, client, errors
from sutradhar.providers.hosted.sound_effect import effect

_LENGTH_SEC = 3.0


class ElevenLabsSounds:
    empty = False

    def __init__(self, vendor: Vendor, gate: CallGate) -> None:
        self._vendor, self._gate = vendor, gate
        self._model = vendor.options.get("sound_model", offer(PROVIDER, "sound").default)

    @property
    def name(self) -> str:
        return f"{PROVIDER}/{self._model}"

    def sound(self, text: str) -> SoundEffect:
        """Raises ProviderError."""
        used = {"seconds": _LENGTH_SEC}
        with self._gate.call(PROVIDER, self._model, used, used), client(self._vendor) as elevenlabs:

            def made() -> bytes:
                with errors():
                    parts = elevenlabs.text_to_sound_effects.convert(
                        text=text,
                        duration_seconds=_LENGTH_SEC,
                        output_format="mp3_44100_128",
                        model_id=self._model,
                        request_options=ONCE,
                    )
                    return b"".join(parts)

            data = patiently(made)
            return effect(PROVIDER, self.name, data, Provenance(model=self._model, prompt=text))
