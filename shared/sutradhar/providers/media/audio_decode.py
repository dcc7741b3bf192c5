"""Sound that came over the wire, in whatever file the vendor makes."""

import io

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.hosted.api_errors import unusable

Sound = NDArray[np.float32]


def decoded(provider: str, data: bytes) -> tuple[Sound, int]:
    """(samples, channels) between -1 and 1, and their rate in Hz. WAV, MP3, FLAC, OGG.

    Raises ProviderError for bytes that are none of these.
    """
    import soundfile

    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, TypeError) as exc:
        raise unusable(provider, f"no sound: {exc}") from exc
    if not len(samples):
        raise unusable(provider, "a sound of no length")
    return samples, int(rate)
