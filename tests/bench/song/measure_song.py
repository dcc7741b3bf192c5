"""Measure how well songs are analysed, and at what cost: part ``song`` of the benchmark. Writes song.md and song.json.

The songs are synthesised, so their beats are known: clicks and drum loops of 60 to 180 BPM, straight and swung, with a
change of tempo, alone and under a band; bands without drums; and whole songs with verses and refrains. librosa is
measured beside it if it is installed in ``.cache/librosa`` (``python -m venv``).
"""

import json
import math
import sys
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sutradhar.providers.listening.listener import LocalListener
from tests.bench import measure
from tests.bench.song.figures import Score, compare_beats
from tests.bench.song.instruments import RATE
from tests.bench.song.page import Results, count_right, write_page
from tests.bench.song.tracks import Recipe, Track, make_track

LONG_SEC = 240.0
_PEER = Path(__file__).parents[3] / ".cache/librosa/bin/python"
_TEMPOS = (60, 72, 84, 96, 108, 120, 132, 144, 156, 168, 180)
_BAND = ("bass", "pad", "melody")


def _step(change: float) -> Callable[[float], float]:
    return lambda passed: 1.0 if passed < 0.55 else change


def _drift(passed: float) -> float:
    return 1 + 0.03 * math.sin(3 * math.pi * passed)


def list_groups(*, quick: bool) -> dict[str, list[Recipe]]:
    """Return the recipes of each group; a quick run has every fourth."""
    every = _TEMPOS[::4] if quick else _TEMPOS
    pattern = {bpm: ("rock", "rock2", "pop", "house")[number % 4] for number, bpm in enumerate(_TEMPOS)}
    pattern |= {bpm: "rock" for bpm in (60, 72, 84) if pattern[bpm] == "house"}
    groups = {
        "clicks": [Recipe(f"click {bpm}", bpm, "click") for bpm in every],
        "drum loops": [Recipe(f"{pattern[bpm]} {bpm}", bpm, pattern[bpm], seed=bpm) for bpm in every],
        "drum loops in noise, played by hand": [
            Recipe(f"{pattern[bpm]} {bpm}", bpm, pattern[bpm], layers=("noise",), human_sec=0.006, seed=bpm)
            for bpm in every
        ],
        "swung drum loops": [
            Recipe(f"{pattern[bpm]} {bpm}", bpm, pattern[bpm], swing=2 / 3, seed=bpm) for bpm in every
        ],
        "a change of tempo": [
            Recipe(f"{pattern[bpm]} {bpm} x{change}", bpm, pattern[bpm], 40, bend=_step(change), seed=bpm)
            for bpm, change in zip(every, (1.15, 1.1, 1.2, 0.9, 1.1, 0.85) * 2, strict=False)
            if 60 <= bpm * change <= 180
        ],
        "drums under a band": [
            Recipe(f"{pattern[bpm]} {bpm}", bpm, pattern[bpm], layers=_BAND, human_sec=0.004, seed=bpm) for bpm in every
        ],
        "waltzes": [
            Recipe(f"{kind} {bpm}", bpm, kind, meter=3, layers=("bass", "pad"), seed=bpm)
            for bpm, kind in zip((84, 108, 132, 156), ("waltz", "waltz2", "waltz3", "waltz2"), strict=True)
        ],
        "bands without drums": [
            Recipe(f"piano {bpm}", bpm, drums=False, layers=("bass", "piano", "melody"), human_sec=0.006, seed=bpm)
            for bpm in (72, 96, 120)
        ],
    }
    return {name: recipes[:3] if quick else recipes for name, recipes in groups.items()}


def list_forms(*, quick: bool) -> list[Recipe]:
    """Return whole songs with sections of eight bars."""
    forms = [
        ("ABABCB", 118, "pop", ("bass", "pad", "melody"), 4),
        ("AABABA", 92, "rock2", ("bass", "piano", "melody"), 4),
        ("ABACA", 124, "house", ("bass", "pad", "melody", "crash"), 4),
        ("ABAB", 140, "waltz2", ("bass", "pad", "piano", "melody"), 3),
        ("ABCABC", 104, "rock", ("bass", "pad", "piano", "melody"), 4),
    ]
    return [
        Recipe(
            form, bpm, pattern, 60 / bpm * meter * 8 * len(form) + 0.2, meter=meter, layers=layers, form=form, seed=bpm
        )
        for form, bpm, pattern, layers, meter in (forms[:1] if quick else forms)
    ]


def measure_songs(folder: Path, *, quick: bool) -> None:
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "song.wav"
        groups: dict[str, list[Score]] = {}
        peers: dict[str, list[Score]] = {}
        for name, recipes in list_groups(quick=quick).items():
            tracks = [make_track(recipe) for recipe in recipes]
            paths = [_write(track, Path(scratch) / f"{number}.wav") for number, track in enumerate(tracks)]
            groups[name] = [_score(track, file) for track, file in zip(tracks, paths, strict=True)]
            if _PEER.exists():
                answers = _ask_peer(paths, Path(scratch) / "peer.log")
                peers[name] = [
                    compare_beats(track.name, tempo, beats, (), track)
                    for track, (tempo, beats) in zip(tracks, answers, strict=True)
                ]
            print(f"    {name}: {count_right(groups[name])}", flush=True)
        forms = [make_track(recipe) for recipe in list_forms(quick=quick)]
        wholes = [(LocalListener().analyze(_write(track, path)), track) for track in forms]
        layers = (*_BAND, "piano")
        long = Recipe("long", 118, "pop", 20 if quick else LONG_SEC, layers=layers, form="ABABCB")
        _write(make_track(long), path)
        costs = [_measure_cost(path, Path(scratch)) for _ in range(1 if quick else 3)]
        cost = sorted(costs, key=lambda item: item.wall)[len(costs) // 2]
        peer_cost = _measure_peer(path) if _PEER.exists() and not quick else None
    results = Results(groups, peers, wholes, cost, peer_cost, long.seconds)
    write_page(folder, results)


def _score(track: Track, path: Path) -> Score:
    analysis = LocalListener().analyze(path)
    return compare_beats(track.name, analysis.tempo_bpm, analysis.beats, analysis.downbeats, track)


def _write(track: Track, path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((track.samples * 32767).astype("<i2").tobytes())
    return path


_ONE_CORE = ("taskset", "-c", "0")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
_OURS = (
    "import sys; from pathlib import Path; from sutradhar.providers.listening.listener import LocalListener;"
    " print(LocalListener().analyze(Path(sys.argv[1])).tempo_bpm)"
)
_THEIRS = """
import json, sys, librosa, numpy
for path in sys.argv[1:]:
    samples, rate = librosa.load(path)
    tempo, beats = librosa.beat.beat_track(y=samples, sr=rate, units="time")
    print(json.dumps([float(numpy.ravel(tempo)[0]), [float(at) for at in beats]]))
"""


def _measure_cost(path: Path, scratch: Path) -> measure.Cost:
    """Return the cost of one process on one core, from its start to the result."""
    command = [*_ONE_CORE, sys.executable, "-c", _OURS, str(path)]
    return measure.run(command, env=_ONE_THREAD, log=scratch / "cost.log")


def _measure_peer(path: Path) -> measure.Cost:
    return measure.run(
        [*_ONE_CORE, str(_PEER), "-c", _THEIRS, str(path)], env=_ONE_THREAD, log=path.with_suffix(".log")
    )


def _ask_peer(paths: Sequence[Path], log: Path) -> list[tuple[float, Sequence[float]]]:
    """Return the tempo and the beats that librosa hears in each file."""
    measure.run([str(_PEER), "-W", "ignore", "-c", _THEIRS, *map(str, paths)], log=log)
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("[")]
