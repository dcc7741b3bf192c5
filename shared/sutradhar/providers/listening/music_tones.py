"""Follow the pitches of a song: its tuning, its key, and the chords between its beats."""

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_decode import Floats
from sutradhar.providers.listening.music_features import PITCH_STEPS, TONES_PER_SEC, MusicFeatures

SEMITONES = 12
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
"""The fit of each semitone over the tonic to a key, as listeners rated it (Krumhansl and Kessler 1982)."""
_FIFTH, _THIRD = 0.35, 0.15
"""The strength of a note's third and fifth partial, which sound as other pitch classes."""
_CLEAR_FIT = 0.67
"""The correlation with a key from which it stands out: drums have 0.5, speech 0.6, chords 0.8 and more."""
_CLEAR_CONTRAST = 0.4
"""The spread of the pitches over their mean: that of noise is 0.1, of chords 0.8."""
_MOST = 1.8
"""A pitch counts up to this times the mean: a tuned drum is no key."""


def fold_tones(features: MusicFeatures) -> tuple[Floats, Floats]:
    """Return (frames, 12) strengths of the semitones from C of the chords and of the bass, in the song's tuning."""
    sums = features.chords.sum(axis=0).astype(np.float64)
    tuning = int(np.argmax([np.roll(sums, -shift)[::3].sum() for shift in (0, 1, -1)]))
    shift = (0, 1, -1)[tuning]
    return _fold(features.chords, shift), _fold(features.bass, shift)


def _fold(steps: Floats, shift: int) -> Floats:
    tuned = np.roll(steps, -shift, axis=1)
    sides = (np.roll(tuned, 1, axis=1) + np.roll(tuned, -1, axis=1)) / 2
    return np.asarray((tuned + sides)[:, :: PITCH_STEPS // SEMITONES], np.float32)


def find_key(chords: Floats, bass: Floats) -> str | None:
    """Return the key whose profile fits the song best, such as ``A minor``; None if none stands out."""
    weight = chords.sum(axis=1, keepdims=True)
    if not len(chords) or float(weight.max()) <= 0:
        return None
    usual = float(np.percentile(weight, 80)) + 1e-9
    even = chords / np.maximum(weight, 0.2 * usual)
    low = bass / np.maximum(bass.sum(axis=1, keepdims=True), 0.2 * float(np.percentile(bass.sum(axis=1), 80)) + 1e-9)
    tones = even.mean(axis=0) + 0.3 * low.mean(axis=0)
    tones = np.minimum(tones, _MOST * tones.mean())
    if float(np.std(tones)) < _CLEAR_CONTRAST * float(np.mean(tones)):
        return None
    best, name = _CLEAR_FIT, None
    for mode, profile in (("major", _MAJOR), ("minor", _MINOR)):
        expected = profile + _FIFTH * np.roll(profile, 7) + _THIRD * np.roll(profile, 4)
        for tonic in range(SEMITONES):
            fit = float(np.corrcoef(tones, np.roll(expected, tonic))[0, 1])
            if fit > best:
                best, name = fit, f"{_NAMES[tonic]} {mode}"
    return name


def average_between(rows: Floats, times: NDArray[np.float64], rate: float = TONES_PER_SEC) -> Floats:
    """Return the mean of ``rows`` between each time and the next: (times - 1, columns). ``rate``: rows a second."""
    sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    edges = np.clip(np.round(times * rate).astype(np.intp), 0, len(rows))
    low, high = edges[:-1], np.maximum(edges[1:], np.minimum(edges[:-1] + 1, len(rows)))
    low = np.minimum(low, len(rows) - 1)
    return np.asarray((sums[high] - sums[low]) / np.maximum(high - low, 1)[:, None], np.float32)
