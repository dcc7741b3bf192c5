"""Write and read WAV files of the kind that the asset store has."""

import io
import wave

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.assets.asset import SAMPLE_RATE


def to_wav(pcm: NDArray[np.int16]) -> bytes:
    """Return ``pcm``, (samples,) for mono or (samples, channels), as a WAV file of 16 bits at 48 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1 if pcm.ndim == 1 else pcm.shape[1])
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(pcm.tobytes())
    return file.getvalue()


def from_wav(data: bytes) -> tuple[NDArray[np.float32], int]:
    """Return the samples of a mono WAV file of 16 bits, between -1 and 1, and their rate in Hz."""
    with wave.open(io.BytesIO(data)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return pcm.astype(np.float32) / np.float32(32768), file.getframerate()
