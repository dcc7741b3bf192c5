"""Music made into a bed that goes on without a seam."""

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.providers.media.audio_decode import Sound
from sutradhar.providers.media.speech_postprocess import resample

_BLEND_SEC = 3
_PEAK = 0.75


def looped(samples: Sound, rate: int) -> NDArray[np.int16]:
    """Two channels at 48 kHz whose end was blended into the start at equal power, so that it loops without a seam."""
    stereo = samples[:, :2] if samples.shape[1] > 1 else np.repeat(samples, 2, axis=1)
    out = np.stack([resample(stereo[:, channel], rate, SAMPLE_RATE) for channel in range(2)], axis=1)
    blend = min(_BLEND_SEC * SAMPLE_RATE, len(out) // 3)
    angle = np.linspace(0, np.pi / 2, blend, dtype=np.float32)[:, None]
    body = out[:-blend].copy()
    body[:blend] = out[:blend] * np.sin(angle) + out[-blend:] * np.cos(angle)
    peak = float(np.abs(body).max()) or 1.0
    return np.round(body * (min(_PEAK / peak, 1.0) * 32767)).astype("<i2")
