"""Keep the count through a breakdown: where the drums rest, off-beat notes may look like the beat."""

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_beats import Times, measure_tempo
from sutradhar.providers.listening.music_features import FRAMES_PER_SEC
from sutradhar.providers.listening.music_onsets import Onsets

_OFF = 0.08
"""Share of a beat by which a beat is off the count."""
_STEADY_SHARE = 0.6
"""Share of the beats that lie on one count in a song whose tempo is a machine's."""
_FEWEST_BEATS = 24
_GAP_BEATS = 4
"""Beats on the count that are too few to end a part that is off it."""
_WITHOUT_BASS = 0.6
"""A part has lost the drums if its beats have less than this share of the bass of the others."""
_NEAR = np.arange(-3, 4)


def mend_slips(onsets: Onsets, beats: NDArray[np.intp]) -> Times:
    """Return the times of the beats.

    In a song with one steady tempo, a part that is off the count and has no bass gets the beats of the count.
    """
    times = beats / FRAMES_PER_SEC
    tempo = measure_tempo(times)
    if tempo is None or len(times) < _FEWEST_BEATS:
        return times
    count = _fit_count(times, 60 / tempo)
    is_off = np.abs(count - np.round(count)) > _OFF
    if not is_off.any() or float(is_off.mean()) > 1 - _STEADY_SHARE:
        return times
    bass = _read_bass(onsets, beats)
    level = float(bass[~is_off].mean())
    mended = [times]
    keep = np.ones(len(times), bool)
    for start, end in _list_parts(is_off):
        if float(bass[start:end].mean()) < _WITHOUT_BASS * level:
            keep[start:end] = False
            mended.append(_fill(times, count, start, end))
    return np.sort(np.concatenate([times[keep], *mended[1:]]))


def _fit_count(times: Times, period: float) -> NDArray[np.float64]:
    """Return the place of each beat on the even count that most beats keep: a whole number if it keeps it too."""
    # the phase that most beats have; the fit then takes in more of them, and the period becomes exact
    phases = np.angle(np.exp(2j * np.pi * times / period).mean()) / (2 * np.pi)
    slope, origin = period, phases * period
    for reach in (0.25, 0.15, 0.1, 0.1):
        count = (times - origin) / slope
        on = np.abs(count - np.round(count)) < reach
        if on.sum() < _FEWEST_BEATS // 2 or np.ptp(np.round(count[on])) == 0:
            break
        slope, origin = np.polyfit(np.round(count[on]), times[on], 1)
    return np.asarray((times - origin) / slope, np.float64)


def _list_parts(is_off: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the first beat of each part that is off the count, and the beat after its last."""
    places = np.flatnonzero(is_off)
    splits = np.flatnonzero(np.diff(places) > _GAP_BEATS) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(places, splits) if len(part) >= 2]


def _fill(times: Times, count: NDArray[np.float64], start: int, end: int) -> Times:
    """Return the beats of the count between those around a part; at the ends of a song, those within the part."""
    period = float((times[-1] - times[0]) / (count[-1] - count[0]))
    origin = float(times[0] - count[0] * period)
    first = round(count[start - 1]) + 1 if start else int(np.ceil(count[0] - _OFF))
    last = round(count[end]) - 1 if end < len(times) else int(np.floor(count[-1] + _OFF))
    return origin + period * np.arange(first, last + 1)


def _read_bass(onsets: Onsets, beats: NDArray[np.intp]) -> NDArray[np.float64]:
    frames = np.clip(beats[:, None] + _NEAR, 0, len(onsets.groups) - 1)
    return np.asarray(onsets.groups[frames, 0].max(axis=1), np.float64)
