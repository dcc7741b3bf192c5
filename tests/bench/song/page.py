"""Write the figures of the analysis of songs: song.md and song.json."""

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sutradhar.domain.song.analysis import SongAnalysis
from tests.bench.measure import Cost
from tests.bench.parts_others import describe_machine
from tests.bench.song.figures import Score, match_boundaries, match_labels
from tests.bench.song.tracks import Track


@dataclass(frozen=True)
class Results:
    groups: Mapping[str, Sequence[Score]]
    peers: Mapping[str, Sequence[Score]]
    """The same songs as librosa hears them; empty without it."""
    wholes: Sequence[tuple[SongAnalysis, Track]]
    """The analyses of whole songs."""
    cost: Cost
    peer_cost: Cost | None
    seconds: float
    """The length of the song whose cost is measured."""


def count_right(scores: Sequence[Score]) -> str:
    tempos, beats = sum(score.has_tempo for score in scores), sum(score.has_beats for score in scores)
    missed = [score.name for score in scores if not (score.has_tempo and score.has_beats)]
    return f"{tempos} tempos, {beats} beats of {len(scores)}" + (f"; not {', '.join(missed)}" if missed else "")


def write_page(folder: Path, results: Results) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    figures = _compute_figures(results)
    rounded = {name: round(float(value), 4) for name, value in figures.items()}
    (folder / "song.json").write_text(json.dumps(rounded, indent=2) + "\n")
    lines = [
        f"# Analysis of songs ({describe_machine()})",
        "",
        "Songs that are synthesised, with known beats; `python -m tests.bench song` makes and measures all. A tempo is",
        "right within 1 %. The beats are right if at least 95 % of the true ones have one within 35 ms, and at least",
        "95 % of those that are found are true.",
        "",
        "| songs | number | tempo | beats | downbeats, F | librosa 0.11: tempo | beats |",
        "|---|---|---|---|---|---|---|",
        *(_describe_group(name, scores, results.peers.get(name, [])) for name, scores in results.groups.items()),
        "",
        *_describe_errors(figures),
        "",
        "| what | figure | limit |",
        "|---|---|---|",
        *_describe_costs(results, figures),
    ]
    missed = [
        f"{name}: {count_right(scores)}" for name, scores in results.groups.items() if "; not" in count_right(scores)
    ]
    if missed:
        lines += ["", "Missed: " + ". ".join(missed) + "."]
    (folder / "song.md").write_text("\n".join([*lines, ""]))
    print(json.dumps(rounded, indent=2), flush=True)


def _compute_figures(results: Results) -> dict[str, float]:
    scores = [score for group in results.groups.values() for score in group]
    errors = [error for score in scores for error in score.errors_ms]
    wholes = results.wholes
    return {
        "songs": len(scores),
        "tempo_within_1_percent": statistics.mean(score.has_tempo for score in scores),
        "songs_with_95_percent_of_beats": statistics.mean(score.has_beats for score in scores),
        "beats_within_35_ms": statistics.mean(score.beats for score in scores),
        "beat_error_median_ms": statistics.median(errors),
        "beat_error_p95_ms": float(np.percentile(errors, 95)),
        "downbeats": statistics.mean(score.downbeats for score in scores),
        "section_boundaries": statistics.mean(match_boundaries(analysis, track) for analysis, track in wholes),
        "section_labels": statistics.mean(match_labels(analysis, track) for analysis, track in wholes),
        "keys": statistics.mean(analysis.key == track.key for analysis, track in wholes),
        "analysis_sec": results.cost.wall,
        "analysis_cpu_sec": results.cost.cpu,
        "analysis_peak_mb": results.cost.peak_mb,
    }


def _describe_group(name: str, scores: Sequence[Score], peers: Sequence[Score]) -> str:
    def share(values: Sequence[Score], is_right: Callable[[Score], bool]) -> str:
        return f"{sum(map(is_right, values))} of {len(values)}" if values else ""

    downbeats = statistics.mean(score.downbeats for score in scores)
    ours = f"{share(scores, lambda s: s.has_tempo)} | {share(scores, lambda s: s.has_beats)} | {downbeats:.2f}"
    theirs = f"{share(peers, lambda s: s.has_tempo)} | {share(peers, lambda s: s.has_beats)}"
    return f"| {name} | {len(scores)} | {ours} | {theirs} |"


def _describe_errors(figures: Mapping[str, float]) -> list[str]:
    median, high = figures["beat_error_median_ms"], figures["beat_error_p95_ms"]
    within = figures["beats_within_35_ms"]
    return [
        f"A beat is off by {median:.1f} ms in the median and by {high:.1f} ms at the 95th percentile; {within:.2%} are",
        "within 35 ms.",
    ]


def _describe_costs(results: Results, figures: Mapping[str, float]) -> list[str]:
    cost, peer = results.cost, results.peer_cost
    length = f"{results.seconds:.0f} s of music"
    songs = f"{len(results.wholes)} whole songs"
    rows = [
        f"| analysis of {length} on one core, with the start | {cost.wall:.1f} s ({cost.cpu:.1f} s of CPU) | ≤ 12 s |",
        f"| its peak memory | {cost.peak_mb:.0f} MB | ≤ 600 MB |",
        f"| boundaries of sections within 1 s, F, {songs} | {figures['section_boundaries']:.2f} | |",
        f"| pairs of seconds with the same letter, F | {figures['section_labels']:.2f} | |",
        f"| keys that are right | {figures['keys']:.0%} | |",
    ]
    if peer:
        rows.append(
            f"| librosa 0.11, beats alone, same song and core | {peer.wall:.1f} s ({peer.cpu:.1f} s of CPU),"
            f" {peer.peak_mb:.0f} MB | |"
        )
    return rows
