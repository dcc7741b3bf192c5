"""Make music that repeats without an audible break."""

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.dsp.crossfade import crossfade
from sutradhar.dsp.resample import resample
from sutradhar.providers.media.audio_decode import Audio

_BLEND_SEC = 3
_MAX_PEAK = 0.75
"""The highest sample; full scale is 1."""


def make_loop(samples: Audio, rate: int) -> NDArray[np.int16]:
    """Return two channels at 48 kHz, (samples, 2), that repeat without an audible break.

    Up to three seconds of the end are blended into the start at equal power.
    """
    stereo = samples[:, :2] if samples.shape[1] > 1 else np.repeat(samples, 2, axis=1)
    out = resample(stereo, rate, SAMPLE_RATE)
    blend = min(_BLEND_SEC * SAMPLE_RATE, len(out) // 3)
    body = out[:-blend].copy()
    body[:blend] = crossfade(out[-blend:], out[:blend], blend)
    peak = float(np.abs(body).max()) or 1.0
    return np.round(body * (min(_MAX_PEAK / peak, 1.0) * 32767)).astype("<i2")
