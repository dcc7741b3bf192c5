"""Find the beats of a song along a tempo, and place each on the onset that is heard."""

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_decode import Floats
from sutradhar.providers.listening.music_features import FINE_PER_SEC
from sutradhar.providers.listening.music_onsets import Onsets, smooth

Times = NDArray[np.float64]
_TIGHTNESS = 12.0
"""The cost of a beat that is early or late, by the square of the logarithm of its distance over the period."""
_REACH_SEC, _REACH_SHARE = 0.045, 0.12
_NEAR_SEC = 0.022
_NEIGHBOURS = 4
_UNCLEAR = 0.02
"""The weight of a beat without a clear onset."""
_STEADY_SEC = 0.012
"""The deviation of beats that are one tempo."""
_CLEAR_END = 0.45
"""The first and last beat have an onset this strong, relative to the usual one."""
_SPAN_BEATS, _STEADY_SHARE = 8, 0.02
"""A tempo is steady while the mean gap of this many beats changes by less than this share."""


def track_beats(onsets: Onsets, periods: Floats) -> NDArray[np.intp]:
    """Return the frames of the beats: those with the strongest onsets that keep the period (Ellis 2007).

    Args:
        periods: frames from beat to beat, for each frame.
    """
    strength = smooth(onsets.total, 3).astype(np.float64)
    count = len(strength)
    longest = int(2 * periods.max()) + 2
    best = np.zeros(count + longest)
    came_from = np.full(count, -1, np.intp)
    costs: dict[int, tuple[int, int, NDArray[np.float64]]] = {}
    for at in range(count):
        key = round(float(periods[at]) * 2)
        if key not in costs:
            period = key / 2
            back = np.arange(int(2 * period), max(int(period / 2), 1) - 1, -1)
            costs[key] = (int(back[0]), int(back[-1]), _TIGHTNESS * np.log(back / period) ** 2)
        far, near, cost = costs[key]
        options = best[at - far + longest : at - near + 1 + longest] - cost
        place = int(options.argmax())
        best[at + longest] = strength[at] + options[place]
        came_from[at] = at - far + place if options[place] > 0 else -1
    if not count:
        return np.zeros(0, np.intp)
    tail = int(periods[-1] * 1.5)
    at = count - 1 - int(best[longest:][::-1][:tail].argmax())
    beats = []
    while at >= 0:
        beats.append(at)
        at = int(came_from[at])
    return _trim(np.array(beats[::-1], np.intp), strength)


def _trim(beats: NDArray[np.intp], strength: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return ``beats`` without those before the first and after the last clear onset."""
    if not len(beats):
        return beats
    reach = np.arange(-4, 5)
    clear = strength[np.clip(beats[:, None] + reach, 0, len(strength) - 1)].max(axis=1)
    usual = float(np.median(clear[clear > 0])) if (clear > 0).any() else np.inf
    places = np.flatnonzero(clear >= _CLEAR_END * usual)
    return beats[places[0] : places[-1] + 1] if len(places) else beats[:0]


def place_beats(onsets: Onsets, times: Times) -> Times:
    """Return the times of the beats in seconds, each moved to the onset near it.

    A beat without a clear onset, such as one in a rest, lies where its neighbours put it.
    """
    if len(times) < 3:
        return times
    gaps = np.diff(times)
    period = float(np.median(gaps))
    reach = round(min(_REACH_SEC, _REACH_SHARE * period) * FINE_PER_SEC)
    offsets = np.arange(-reach, reach + 1)
    nearness = np.exp(-0.5 * (offsets / (_NEAR_SEC * FINE_PER_SEC)) ** 2)
    fine = smooth(onsets.fine, 3)
    centres = np.round(times * FINE_PER_SEC).astype(np.intp)
    places = np.clip(centres[:, None] + offsets, 0, len(fine) - 1)
    values = fine[places] * nearness
    top = values.argmax(axis=1)
    strength = values[np.arange(len(times)), top]
    moved = (centres + offsets[top]) / FINE_PER_SEC
    clear = strength > 0.25 * np.median(strength)
    moved = np.where(clear, moved, times)
    return _calm(moved, np.where(clear, strength, _UNCLEAR))


def _calm(times: Times, weights: NDArray[np.floating]) -> Times:
    """Return ``times`` with those that stand out moved to the line through their neighbours.

    The neighbours must agree: where the tempo changes, they do not.
    """
    result = times.copy()
    count = len(times)
    for at in range(count):
        low, high = max(at - _NEIGHBOURS, 0), min(at + _NEIGHBOURS + 1, count)
        number = np.arange(low, high) - at
        others = number != 0
        weight = (weights[low:high] + 1e-6) * np.exp(-0.5 * (number / 2.5) ** 2) * others
        slope, middle = np.polyfit(number, times[low:high], 1, w=np.sqrt(weight))
        spread = np.sqrt(np.average((times[low:high] - middle - slope * number) ** 2, weights=weight))
        off = abs(times[at] - middle)
        is_unclear = weights[at] <= _UNCLEAR
        if spread < _STEADY_SEC and (is_unclear or off > max(3 * spread, 0.02)):
            result[at] = middle
    return result


def measure_tempo(beats: Times) -> float | None:
    """Return the beats a minute of the longest part with a steady tempo; None for fewer than three beats."""
    if len(beats) < 3:
        return None
    span = min(_SPAN_BEATS, len(beats) - 1)
    gaps = (beats[span:] - beats[:-span]) / span
    # a part goes on while its gap stays near the one at which it began
    start, best = 0, (0, 1)
    for end in range(1, len(gaps) + 1):
        if end == len(gaps) or abs(gaps[end] / np.median(gaps[start:end]) - 1) > _STEADY_SHARE:
            if beats[end - 1 + span] - beats[start] > beats[best[1] - 1 + span] - beats[best[0]]:
                best = (start, end)
            start = end
    part = beats[best[0] : best[1] + span]
    slope = float(np.polyfit(np.arange(len(part)), part, 1)[0])
    return round(60 / slope, 2)
