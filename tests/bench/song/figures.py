"""Compare what the analysis hears in a song with what is in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sutradhar.domain.song.analysis import SongAnalysis
from tests.bench.song.tracks import Track

NEAR_SEC = 0.035
TEMPO_SHARE = 0.01
_BOUNDARY_SEC = 1.0


@dataclass(frozen=True)
class Score:
    """The figures of one song; shares are from 0 to 1."""

    name: str
    tempo_error: float
    """Share by which the tempo is off; 1: none is given."""
    beats: float
    """Share of the true beats that have one within 35 ms."""
    precision: float
    """Share of the beats that are true ones."""
    downbeats: float
    """F-measure of the downbeats, within 35 ms."""
    errors_ms: tuple[float, ...] = ()
    """Distance of each true beat to the nearest one."""

    @property
    def has_tempo(self) -> bool:
        return self.tempo_error <= TEMPO_SHARE

    @property
    def has_beats(self) -> bool:
        return min(self.beats, self.precision) >= 0.95


def compare_beats(
    name: str, tempo: float | None, beats: Sequence[float], downbeats: Sequence[float], track: Track
) -> Score:
    error = abs(tempo / track.bpm - 1) if tempo else 1.0
    recall, precision = measure_match(beats, track.beats)
    bars = measure_match(downbeats, track.downbeats)
    both = 2 * bars[0] * bars[1] / sum(bars) if sum(bars) else 0.0
    gaps = np.abs(np.array(beats)[None, :] - np.array(track.beats)[:, None]).min(axis=1) if len(beats) else []
    return Score(name, error, recall, precision, both, tuple(1000 * float(gap) for gap in gaps))


def measure_match(times: Sequence[float], truth: Sequence[float], near_sec: float = NEAR_SEC) -> tuple[float, float]:
    """Return the share of the true times that are met, and the share of the times that are true."""
    if not len(times) or not len(truth):
        return (1.0, 1.0) if len(times) == len(truth) else (0.0, 0.0)
    gaps = np.abs(np.array(times)[:, None] - np.array(truth)[None, :])
    return float((gaps.min(axis=0) <= near_sec).mean()), float((gaps.min(axis=1) <= near_sec).mean())


def match_boundaries(analysis: SongAnalysis, track: Track) -> float:
    """Return the F-measure of the boundaries between sections of different letters, within a second."""
    changes = [
        later[0] for before, later in zip(track.sections, track.sections[1:], strict=False) if before[2] != later[2]
    ]
    starts = [section.start_sec for section in analysis.sections[1:]]
    recall, precision = measure_match(starts, changes, _BOUNDARY_SEC)
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


def match_labels(analysis: SongAnalysis, track: Track) -> float:
    """Return the F-measure of the pairs of seconds that have the same letter."""
    seconds = np.arange(0.5, track.beats[-1], 1.0)
    own = [next((s.label for s in analysis.sections if s.start_sec <= at < s.end_sec), "?") for at in seconds]
    true = [next((s[2] for s in track.sections if s[0] <= at < s[1]), "?") for at in seconds]
    same = [np.array(labels)[:, None] == np.array(labels)[None, :] for labels in (own, true)]
    return float(2 * (same[0] & same[1]).sum() / (same[0].sum() + same[1].sum()))
