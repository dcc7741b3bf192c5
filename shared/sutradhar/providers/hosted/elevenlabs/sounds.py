"""Make sound effects with ElevenLabs."""

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import SoundEffect
from sutradhar.provider_table import find_offer
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.elevenlabs.client import NO_RETRIES, PROVIDER, convert_errors, open_client
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.hosted.sound_effect import build_sound_effect

_LENGTH_SEC = 3.0


class ElevenLabsSoundEffects:
    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        self._account, self._gate = account, gate
        self._model = account.options.get("sound_model", find_offer(PROVIDER, "sound").default)

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(PROVIDER, self._model)

    def usage(self, text: str) -> Usage:  # noqa: ARG002 - every effect has the same length
        return Usage.exact(PROVIDER, self._model, {"seconds": _LENGTH_SEC})

    def find_effect(self, text: str) -> SoundEffect:
        """Return the sound effect that ``text`` describes. Raise ProviderError."""
        with self._gate.call(self.usage(text)), open_client(self._account) as elevenlabs:

            def send() -> bytes:
                with convert_errors():
                    parts = elevenlabs.text_to_sound_effects.convert(
                        text=text,
                        duration_seconds=_LENGTH_SEC,
                        output_format="mp3_44100_128",
                        model_id=self._model,
                        request_options=NO_RETRIES,
                    )
                    return b"".join(parts)

            data = call_with_retries(send)
            return build_sound_effect(PROVIDER, str(self.provider_id), data, Provenance(model=self._model, prompt=text))
