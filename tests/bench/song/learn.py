"""Learn the weights of the analysis of music from songs that are made at random: ``python -m tests.bench.song.learn``.

    python -m tests.bench.song.learn [--songs 300] [--first 0]

It prints the text of ``sutradhar/providers/listening/music_weights.py``, and how many of the songs that were left out
of a training were read rightly. A song takes a second.
"""

import argparse
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.listening.music_bars import describe_beats, spread_features
from sutradhar.providers.listening.music_features import FRAMES_PER_SEC, read_features
from sutradhar.providers.listening.music_octave import list_readings
from sutradhar.providers.listening.music_onsets import find_onsets
from sutradhar.providers.listening.music_tones import fold_tones
from tests.bench.song.figures import measure_match
from tests.bench.song.instruments import RATE
from tests.bench.song.recipes import choose_recipe
from tests.bench.song.tracks import make_track

_NEAR_SEC = 0.05
_GOOD = 0.9
_FOLDS = 4
_OCTAVE_PENALTY, _DOWNBEAT_PENALTY = 0.01, 0.003
"""The cost of large weights."""

Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """Hold what is learned from a song."""

    readings: Rows
    """(readings, features)."""
    rights: Rows
    """The share of its beats that are right, of each reading."""
    beats: Rows
    """(beats, features)."""
    is_downbeat: Rows


def read_lesson(number: int, folder: Path) -> Lesson | None:
    track = make_track(recipe := choose_recipe(number))
    path = folder / "song.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((track.samples * 32767).astype("<i2").tobytes())
    features = read_features(path)
    onsets = find_onsets(features)
    readings = list_readings(onsets)
    if not readings:
        return None
    rights = []
    for reading in readings:
        recall, precision = measure_match((reading.beats / FRAMES_PER_SEC).tolist(), track.beats, _NEAR_SEC)
        rights.append(2 * recall * precision / max(recall + precision, 1e-9))
    beats = spread_features(describe_beats(onsets, *fold_tones(features), np.array(track.beats)))
    is_downbeat = (np.arange(len(track.beats)) % recipe.meter == 0).astype(np.float64)
    rows = np.array([reading.features for reading in readings])
    return Lesson(rows, np.array(rights), beats.astype(np.float64), is_downbeat)


def learn_octaves(lessons: Sequence[Lesson]) -> Rows:
    """Return the weights with which the right reading has the highest sum (softmax regression, Adam)."""
    spread = np.concatenate([lesson.readings for lesson in lessons]).std(axis=0) + 1e-6
    rows = [(lesson.readings / spread, int(lesson.rights.argmax())) for lesson in lessons]
    weights = np.zeros(len(spread))
    momentum, power = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, 1001):
        slope = _OCTAVE_PENALTY * weights
        for values, right in rows:
            sums = values @ weights
            shares = np.exp(sums - sums.max())
            shares /= shares.sum()
            shares[right] -= 1
            slope = slope + values.T @ shares / len(rows)
        momentum = 0.9 * momentum + 0.1 * slope
        power = 0.99 * power + 0.01 * slope**2
        rate = 0.05 if step < 600 else 0.01
        weights -= rate * momentum / (1 - 0.9**step) / (np.sqrt(power / (1 - 0.99**step)) + 1e-8)
    return np.asarray(weights / spread, np.float64)


def learn_downbeats(lessons: Sequence[Lesson]) -> tuple[Rows, float]:
    """Return weights and bias of the odds of a downbeat (logistic regression, Newton's method)."""
    rows = np.concatenate([lesson.beats for lesson in lessons])
    truth = np.concatenate([lesson.is_downbeat for lesson in lessons])
    share = np.concatenate([np.full(len(lesson.beats), 1 / len(lesson.beats)) for lesson in lessons])
    share /= share.sum()
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    values = np.column_stack([(rows - mean) / spread, np.ones(len(rows))])
    weights = np.zeros(values.shape[1])
    for _ in range(12):
        odds = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ ((odds - truth) * share) + _DOWNBEAT_PENALTY * weights
        curve = (values * (share * odds * (1 - odds))[:, None]).T @ values + _DOWNBEAT_PENALTY * np.eye(len(weights))
        weights -= np.linalg.solve(curve, slope)
    scaled = weights[:-1] / spread
    return scaled, float(weights[-1] - scaled @ mean)


def check_octaves(lessons: Sequence[Lesson]) -> float:
    """Return the share of songs that are read rightly with weights that were learned from the other songs."""
    right = 0
    for fold in range(_FOLDS):
        weights = learn_octaves([lesson for n, lesson in enumerate(lessons) if n % _FOLDS != fold])
        for lesson in lessons[fold::_FOLDS]:
            score = lesson.rights[int((lesson.readings @ weights).argmax())]
            right += bool(score >= min(_GOOD, float(lesson.rights.max())))
    return right / len(lessons)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.song.learn", description=__doc__)
    parser.add_argument("--songs", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        numbers = range(arguments.first, arguments.first + arguments.songs)
        lessons = [lesson for number in numbers if (lesson := read_lesson(number, Path(folder))) is not None]
    print(f"read rightly: {check_octaves(lessons):.1%} of {len(lessons)}", file=sys.stderr)
    octaves = learn_octaves(lessons)
    downbeats, bias = learn_downbeats(lessons)
    print(f"OCTAVE_WEIGHTS = ({', '.join(f'{weight:.3f}' for weight in octaves)})")
    rows = downbeats.reshape(9, -1)
    print("DOWNBEAT_WEIGHTS = (" + ", ".join(f"({', '.join(f'{w:.3f}' for w in row)})" for row in rows) + ")")
    print(f"DOWNBEAT_BIAS = {bias:.3f}")


if __name__ == "__main__":
    main()
