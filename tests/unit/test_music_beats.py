"""Tests of the beat of music on curves that are written here: tempo, bars, and the count through a breakdown."""

import numpy as np
import pytest

from sutradhar.providers.listening.music_bars import find_bars
from sutradhar.providers.listening.music_beats import Times, measure_tempo, place_beats
from sutradhar.providers.listening.music_features import FINE_PER_SEC, FRAMES_PER_SEC
from sutradhar.providers.listening.music_onsets import GROUPS, Onsets, smooth
from sutradhar.providers.listening.music_slips import mend_slips

_PERIOD = 0.5
_TRUE: Times = np.arange(80, dtype=np.float64) * _PERIOD


def make_onsets(times: Times, *, bass: Times) -> Onsets:
    """Return curves with an onset at each of ``times``, and bass at those of ``bass``."""
    frames = round(times[-1] * FRAMES_PER_SEC) + 100
    groups = np.zeros((frames, GROUPS), np.float32)
    groups[np.round(times * FRAMES_PER_SEC).astype(int), 1:] = 1
    groups[np.round(bass * FRAMES_PER_SEC).astype(int), 0] = 1
    fine = np.zeros(frames * FINE_PER_SEC // FRAMES_PER_SEC, np.float32)
    fine[np.round(times * FINE_PER_SEC).astype(int)] = 1
    return Onsets(groups.mean(axis=1), groups, fine, np.ones(frames, np.float32))


def test_a_breakdown_keeps_the_count() -> None:
    # from beat 30 to 50 only off-beat notes are heard, and the tracker has moved to them
    tracked = np.concatenate([_TRUE[:30], _TRUE[30:49] + _PERIOD / 2, _TRUE[50:]])
    onsets = make_onsets(tracked, bass=np.concatenate([_TRUE[:30], _TRUE[50:]]))
    mended = mend_slips(onsets, np.round(tracked * FRAMES_PER_SEC).astype(np.intp))
    assert mended == pytest.approx(_TRUE, abs=0.01)


def test_a_part_with_bass_keeps_its_own_count() -> None:
    tracked = np.concatenate([_TRUE[:30], _TRUE[30:49] + _PERIOD / 2, _TRUE[50:]])
    onsets = make_onsets(tracked, bass=tracked)
    mended = mend_slips(onsets, np.round(tracked * FRAMES_PER_SEC).astype(np.intp))
    assert mended == pytest.approx(tracked, abs=0.006)


def test_beats_move_to_onsets_and_a_rest_lies_between_them() -> None:
    onsets = make_onsets(np.delete(_TRUE, 40), bass=_TRUE)
    placed = place_beats(onsets, _TRUE + 0.02)
    assert placed == pytest.approx(_TRUE, abs=0.01)


@pytest.mark.parametrize("bpm", [60, 117.3, 180])
def test_the_tempo_is_that_of_the_longest_steady_part(bpm: float) -> None:
    steady = np.arange(60) * 60 / bpm
    faster = steady[-1] + np.arange(1, 30) * 60 / (bpm * 1.15)
    assert measure_tempo(np.concatenate([steady, faster])) == pytest.approx(bpm, rel=0.005)
    assert measure_tempo(steady[:2]) is None


@pytest.mark.parametrize(("meter", "first"), [(3, 0), (3, 2), (4, 1)])
def test_bars_begin_where_the_odds_are_best(meter: int, first: int) -> None:
    odds = np.full(40, -1.5)
    odds[first::meter] = 1.5
    starts, _ = find_bars(odds, meter)
    assert list(starts) == list(range(first, 40, meter))


def test_a_bar_may_be_longer_if_all_others_say_so() -> None:
    odds = np.full(61, -2.0)
    odds[[*range(0, 30, 4), *range(33, 61, 4)]] = 3
    starts, _ = find_bars(odds, 4)
    assert {0, 4, 24, 33, 57} <= set(starts.tolist())


def test_the_mean_of_a_curve_has_no_ends() -> None:
    assert smooth(np.ones(9, np.float32), 5) == pytest.approx(np.ones(9))
    assert smooth(np.arange(3, dtype=np.float32), 3) == pytest.approx([0.5, 1, 1.5])
    assert len(smooth(np.zeros(0, np.float32), 3)) == 0
