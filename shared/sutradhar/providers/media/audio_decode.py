"""Decode audio that providers send, in any of the file formats they use."""

import io

import numpy as np
from numpy.typing import NDArray

from sutradhar.media.formats import MediaError

Audio = NDArray[np.float32]
"""(samples, channels), full scale 1."""

_ADVICE = "ask for a WAV, MP3, FLAC or OGG file"


def decode_audio(data: bytes) -> tuple[Audio, int]:
    """Return the samples of a WAV, MP3, FLAC or OGG file, and their rate in Hz.

    Raises:
        MediaError: ``data`` is none of these, or holds no samples.
    """
    import soundfile

    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, TypeError) as exc:
        raise MediaError(f"holds no audio: {exc}", _ADVICE) from exc
    if not len(samples):
        raise MediaError("holds audio of no length", _ADVICE)
    return samples, int(rate)
