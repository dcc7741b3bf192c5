"""Compose a music track with ElevenLabs, and make it loop."""

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.plan.choices import Mood
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import MusicTrackFile
from sutradhar.provider_table import find_offer
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.api_errors import make_bad_response, refuse_bad_media
from sutradhar.providers.hosted.elevenlabs.client import NO_RETRIES, PROVIDER, convert_errors, open_client
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.media.audio_decode import decode_audio
from sutradhar.providers.media.loop import make_loop
from sutradhar.providers.media.wav import to_wav

_LENGTH_SEC, _MIN_SEC = 60, 20
_PROMPTS: dict[Mood, str] = {
    "devotional": "slow devotional Indian music: tanpura drone, bansuri flute, soft tabla",
    "calm": "calm ambient bed: warm pads, sparse piano, slow",
    "joyful": "light and joyful: plucked strings, hand percussion, bright",
    "heroic": "heroic orchestral: strings and horns, steady drums, no solo",
    "curious": "curious and playful: pizzicato strings, marimba, light",
    "tender": "tender: solo piano and soft strings, slow",
}


class ElevenLabsComposer:
    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        self._account, self._gate = account, gate
        self._model = account.options.get("music_model", find_offer(PROVIDER, "composer").default)

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(PROVIDER, self._model)

    def usage(self) -> Usage:
        return Usage.exact(PROVIDER, self._model, {"seconds": _LENGTH_SEC})

    def compose(self, mood: Mood, seed: int) -> MusicTrackFile:
        """Return a music track of this mood. Raise ProviderError."""
        prompt = f"{_PROMPTS[mood]}; background under a narrator, even level, no vocals, no fade in or out"
        with self._gate.call(self.usage()) as call, open_client(self._account) as elevenlabs:

            def send() -> tuple[bytes, str]:
                with (
                    convert_errors(),
                    elevenlabs.music.with_raw_response.compose(
                        prompt=prompt,
                        music_length_ms=_LENGTH_SEC * 1000,
                        force_instrumental=True,
                        output_format="mp3_44100_128",
                        model_id=self._model,
                        request_options=NO_RETRIES,
                    ) as raw,
                ):
                    return b"".join(raw.data), dict(raw.headers).get("song-id", "")

            data, request_id = call_with_retries(send)
            with refuse_bad_media(PROVIDER):
                samples, rate = decode_audio(data)
            if len(samples) < _MIN_SEC * rate:
                raise make_bad_response(
                    PROVIDER, f"{len(samples) / rate:.1f} s of music where {_LENGTH_SEC} were asked for"
                )
            call.settle({"seconds": len(samples) / rate}, request_id)
        pcm = make_loop(samples, rate)
        provenance = Provenance(model=self._model, request_id=request_id, prompt=prompt, seed=seed)
        return MusicTrackFile(to_wav(pcm), len(pcm), str(self.provider_id), provenance=provenance)
