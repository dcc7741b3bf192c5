"""Weight audio by frequency as loudness meters do."""

import numpy as np
from numpy.typing import NDArray

_RATE = 48_000
"""Samples per second of the audio to which the coefficients of BS.1770 belong."""


def k_weighting_response(frequency: NDArray[np.floating]) -> NDArray[np.complex128]:
    """Return the response of the two K-weighting filters to each ``frequency`` in Hz, for audio at 48 kHz.

    A shelf raises the treble by 4 dB, as a head does; a high-pass takes the lowest bass away (ITU-R BS.1770-5, annex 1,
    tables 1 and 2).
    """
    z = np.exp(-2j * np.pi * frequency / _RATE)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    return np.asarray(shelf * high_pass, np.complex128)
