"""Music made into a bed that goes on without a seam."""

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.asset import SAMPLE_RATE
from sutradhar.providers.sound_file import Sound
from sutradhar.providers.voice_audio import resample

BLEND_SEC = 3
PEAK = 0.75


def looped(samples: Sound, rate: int) -> NDArray[np.int16]:
    """Two channels at 48 kHz whose end was blended into the start at equal power, so that it loops without a seam."""
    stereo = samples[:, :2] if samples.shape[1] > 1 else np.repeat(samples, 2, axis=1)
    out = np.stack([resample(stereo[:, channel], rate, SAMPLE_RATE) for channel in range(2)], axis=1)
    blend = min(BLEND_SEC * SAMPLE_RATE, len(out) // 3)
    angle = np.linspace(0, np.pi / 2, blend, dtype=np.float32)[:, None]
    body = out[:-blend].copy()
    body[:blend] = out[:blend] * np.sin(angle) + out[-blend:] * np.cos(angle)
    peak = float(np.abs(body).max()) or 1.0
    return np.round(body * (min(PEAK / peak, 1.0) * 32767)).astype("<i2")


def loop_pcm(pcm: NDArray[np.int16]) -> NDArray[np.int16]:
    """Blend the end of ``pcm``, (samples, 2) at 48 kHz, into its start, in place; return what is left."""
    blend = min(BLEND_SEC * SAMPLE_RATE, len(pcm) // 3)
    angle = np.linspace(0, np.pi / 2, blend, dtype=np.float32)[:, None]
    both = pcm[:blend] * np.sin(angle) + pcm[len(pcm) - blend :] * np.cos(angle)
    pcm[:blend] = np.clip(np.round(both), -32768, 32767)
    return pcm[: len(pcm) - blend]
