"""Reduce the sound of a song to features, block by block: what changes when, in which bands and pitches."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_decode import MUSIC_RATE, AudioLevels, Floats, decode_music

FRAMES_PER_SEC = 100
"""Frames a second of the bands."""
FINE_PER_SEC = 400
"""Frames a second of the fine bands, which place an onset."""
TONES_PER_SEC = 10
"""Frames a second of the pitches."""
BANDS = 36
FINE_BANDS = 3
PITCH_STEPS = 36
"""Steps of an octave: three of a semitone, so that an instrument that is tuned otherwise is heard too."""
MAX_ANALYSED_SEC = 3600.0
"""Seconds of a song whose beats are found: memory has a limit."""
_WINDOW, _FINE_WINDOW, _TONE_WINDOW = 1024, 256, 8192
_LOWEST_HZ, _HIGHEST_HZ = 30.0, 11_500.0
_FINE_EDGES_HZ = (0.0, 180.0, 2500.0, 12_000.0)
_CHORD_HZ, _BASS_HZ = (110.0, 2100.0), (40.0, 200.0)
_ROWS = 2000
"""Frames that are transformed at once."""


@dataclass(frozen=True)
class MusicFeatures:
    """Frame n of each array is centred on n over its rate."""

    levels: AudioLevels
    bands: Floats
    """(frames, BANDS): power by the mel scale."""
    fine: Floats
    """(frames, FINE_BANDS): power of bass, middle and treble."""
    chords: Floats
    """(frames, PITCH_STEPS): strength of each pitch class from C, above the bass."""
    bass: Floats
    """(frames, PITCH_STEPS): the same of the bass."""


def read_features(path: Path) -> MusicFeatures:
    """Decode ``path`` and return its features.

    Raises:
        MediaError: the file has no sound.
    """
    levels = AudioLevels()
    bands = _Framer(_WINDOW, MUSIC_RATE // FRAMES_PER_SEC)
    fine = _Framer(_FINE_WINDOW, MUSIC_RATE // FINE_PER_SEC)
    tones = _Framer(_TONE_WINDOW, MUSIC_RATE // TONES_PER_SEC)
    rows: dict[str, list[Floats]] = {"bands": [], "fine": [], "chords": [], "bass": []}

    def take(block: Floats | None) -> None:
        for power in bands.push(block):
            rows["bands"].append(power @ _band_weights())
        for power in fine.push(block):
            rows["fine"].append(np.add.reduceat(power, _fine_starts(), axis=1))
        for power in tones.push(block):
            strength = _whiten(np.sqrt(power))
            rows["chords"].append(strength @ _pitch_weights(*_CHORD_HZ))
            rows["bass"].append(strength @ _pitch_weights(*_BASS_HZ))

    left = round(MAX_ANALYSED_SEC * MUSIC_RATE)
    for block in decode_music(path, levels):  # a longer song is decoded to its end: its length and loudness count
        if left > 0:
            take(block[:left])
            left -= len(block)
    take(None)
    arrays = {name: np.concatenate(parts) for name, parts in rows.items()}
    return MusicFeatures(levels, **arrays)


class _Framer:
    """Cut a stream into windows around every ``hop`` samples and return their power spectra."""

    def __init__(self, window: int, hop: int) -> None:
        self._hop, self._size = hop, window
        self._window = np.hanning(window + 1)[:-1].astype(np.float32)
        self._window /= self._window.sum()
        self._held = np.zeros(window // 2, np.float32)

    def push(self, block: Floats | None) -> Iterator[Floats]:
        """Yield (frames, window / 2 + 1) power of the windows that ``block`` completes; None ends the stream."""
        more = np.zeros(self._size // 2, np.float32) if block is None else block
        held = np.concatenate([self._held, more])
        count = max((len(held) - self._size) // self._hop + 1, 0)
        if count:
            frames = np.lib.stride_tricks.sliding_window_view(held, self._size)[:: self._hop][:count]
            for start in range(0, count, _ROWS):
                spectrum = np.fft.rfft(frames[start : start + _ROWS] * self._window)
                yield (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)
        self._held = held[count * self._hop :].copy()


def _whiten(strength: Floats) -> Floats:
    """Return what stands out of each spectrum: the peaks over their neighbourhood, compressed."""
    width = 65
    padded = np.pad(strength, ((0, 0), (width // 2 + 1, width // 2)), mode="edge")
    sums = np.cumsum(padded, axis=1, dtype=np.float64)
    mean = (sums[:, width:] - sums[:, :-width]) / width
    over = np.maximum(strength - 1.5 * mean, 0)
    peak = np.zeros_like(over)
    is_top = (over[:, 1:-1] >= over[:, :-2]) & (over[:, 1:-1] >= over[:, 2:])
    peak[:, 1:-1] = np.where(is_top, over[:, 1:-1], 0)
    return np.asarray(np.sqrt(peak), np.float32)


@cache
def _band_weights() -> Floats:
    """Return (bins, BANDS) weights of overlapping triangles on the mel scale."""
    hz = np.fft.rfftfreq(_WINDOW, 1 / MUSIC_RATE)

    def to_mel(frequency: NDArray[np.floating]) -> NDArray[np.floating]:
        return 2595 * np.log10(1 + frequency / 700)

    lowest, highest = to_mel(np.array([_LOWEST_HZ, _HIGHEST_HZ])).tolist()
    edges = np.linspace(lowest, highest, BANDS + 2)
    mel = to_mel(hz)[:, None]
    rise = (mel - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - mel) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(np.minimum(rise, fall), 0), np.float32)


@cache
def _fine_starts() -> NDArray[np.intp]:
    hz = np.fft.rfftfreq(_FINE_WINDOW, 1 / MUSIC_RATE)
    return np.searchsorted(hz, _FINE_EDGES_HZ[:-1]).astype(np.intp)


@cache
def _pitch_weights(low_hz: float, high_hz: float) -> Floats:
    """Return (bins, PITCH_STEPS) weights: each bin counts for the step of its pitch; low bins are wider than a step."""
    hz = np.fft.rfftfreq(_TONE_WINDOW, 1 / MUSIC_RATE)
    step = np.zeros(len(hz))
    step[1:] = PITCH_STEPS * np.log2(hz[1:] / 261.6256)
    weights = np.zeros((len(hz), PITCH_STEPS))
    for number in range(PITCH_STEPS):
        distance = (step - number + PITCH_STEPS / 2) % PITCH_STEPS - PITCH_STEPS / 2
        weights[:, number] = np.exp(-0.5 * (distance / 0.6) ** 2)
    weights[(hz < low_hz) | (hz > high_hz)] = 0
    return weights.astype(np.float32)
