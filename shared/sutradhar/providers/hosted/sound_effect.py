"""Turn a provider's audio into a sound effect."""

import numpy as np

from sutradhar.domain.assets.asset import SAMPLE_RATE, Provenance
from sutradhar.dsp.resample import resample
from sutradhar.ports.providers import SoundEffect
from sutradhar.providers.hosted.api_errors import make_bad_response, refuse_bad_media
from sutradhar.providers.media.audio_decode import decode_audio
from sutradhar.providers.media.wav import to_wav

MAX_SEC = 6.0
_FADE_SEC, _MIN_SEC = 0.3, 0.05
_SILENT_PEAK = 1e-4


def build_sound_effect(provider: str, name: str, data: bytes, provenance: Provenance) -> SoundEffect:
    """Return the first ``MAX_SEC`` seconds of the audio file ``data``, faded out. ``name``: provider and model.

    Raises:
        ProviderError: ``data`` is not audio, or it is silent.
    """
    with refuse_bad_media(provider):
        samples, rate = decode_audio(data)
    if len(samples) < _MIN_SEC * rate or float(np.abs(samples).max()) < _SILENT_PEAK:
        raise make_bad_response(provider, "audio that is silent")
    stereo = samples[:, :2] if samples.shape[1] > 1 else np.repeat(samples, 2, axis=1)
    start = stereo[: round(MAX_SEC * rate)]
    out = resample(start, rate, SAMPLE_RATE)
    fade = min(round(_FADE_SEC * SAMPLE_RATE), len(out))
    out[len(out) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    pcm = np.round(np.clip(out, -1, 1) * 32767).astype("<i2")
    return SoundEffect(to_wav(pcm), len(pcm), name, provenance=provenance)
