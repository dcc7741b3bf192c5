"""Share a text out over the voice of a recording, where its words cannot be found: by length, sentence by sentence."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sutradhar.providers.listening.recording_voice import Voice
from sutradhar.providers.media.speech_postprocess import FRAME_SEC

_STOPS = ".!?।॥…"
_LEAST_PAUSE_SEC = 0.15
_MOST_DRIFT_SEC = 4.0
"""A sentence ends at most this far, in seconds of voice, from its place by length."""
_PAUSE_WORTH = 1.2
"""The drift in seconds of voice that one more second of pause makes up for."""


class _Pause(NamedTuple):
    middle: float
    """In seconds of the recording."""
    voice_sec: float
    """Seconds of voice before it."""
    length: float


def share_out(tokens: Sequence[str], voice: Voice) -> list[float | None]:
    """Return the start of each of ``tokens`` in seconds by their length. A sentence begins after a pause where one is
    near."""
    voice_sums = np.concatenate([[0.0], np.cumsum(voice.loud) * FRAME_SEC])
    total = float(voice_sums[-1])
    weights = np.array([sum(c.isalnum() or c in "\u093e\u0940\u0947\u094b" for c in token) + 1.0 for token in tokens])
    places = np.concatenate([[0.0], np.cumsum(weights)]) * (total / weights.sum())
    ends = [i + 1 for i, token in enumerate(tokens[:-1]) if token.rstrip("\"'”’)")[-1:] in _STOPS]
    pauses = [
        _Pause((a + b) / 2, float(voice_sums[min(round(a / FRAME_SEC), len(voice_sums) - 1)]), b - a)
        for a, b in voice.silences
        if b - a >= _LEAST_PAUSE_SEC and a > 0 and b < voice.seconds
    ]
    anchors = _choose_pauses([float(places[i]) for i in ends], pauses)
    known = [(0.0, 0.0), *((float(places[i]), p.voice_sec) for i, p in zip(ends, anchors, strict=True) if p)]
    known.append((total, total))
    at = np.interp(places[:-1], [one[0] for one in known], [one[1] for one in known])
    # the first moment after that much voice: a word that begins at a pause begins after it
    frames = np.searchsorted(voice_sums, at + 1e-6, side="left") - 1
    return [float(max(frame, 0)) * FRAME_SEC for frame in frames]


def _choose_pauses(ends: Sequence[float], pauses: Sequence[_Pause]) -> list[_Pause | None]:
    """Return the pause in which each sentence ends, in order; None where none is near.

    ``ends``: the seconds of voice before each end by length. The best choice for all has the least drift from these,
    less what the pauses are worth (dynamic programming).
    """
    cost = np.zeros((len(ends) + 1, len(pauses) + 1))
    for k, end in enumerate(ends):
        for j, pause in enumerate(pauses):
            cost[k + 1, j + 1] = min(cost[k, j + 1], cost[k + 1, j], cost[k, j] + _rate(end, pause))
    chosen: list[_Pause | None] = [None] * len(ends)
    k, j = len(ends), len(pauses)
    while k and j:
        if cost[k, j] == cost[k - 1, j]:
            k -= 1
        elif cost[k, j] == cost[k, j - 1]:
            j -= 1
        else:
            k, j = k - 1, j - 1
            chosen[k] = pauses[j]
    return chosen


def _rate(end: float, pause: _Pause) -> float:
    drift = abs(end - pause.voice_sec)
    return drift - _PAUSE_WORTH * (1 + min(pause.length, 1.5)) if drift <= _MOST_DRIFT_SEC else 0.0
