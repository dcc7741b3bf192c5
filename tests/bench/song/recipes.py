"""Choose songs at random, in the manner of those that people make: with their patterns, tempos, players and bands."""

import math
import random
from collections.abc import Callable

from tests.bench.song.tracks import THREE, Recipe

_TEMPOS = {
    "rock": (60, 180),
    "rock2": (60, 180),
    "pop": (66, 150),
    "house": (96, 180),
    "quarter": (60, 180),
    "motown": (100, 180),
    "funk": (72, 125),
    "click": (60, 180),
    "waltz": (80, 180),
    "waltz2": (70, 180),
    "waltz3": (70, 180),
}
_OFTEN = ("rock", "rock2", "pop", "pop", "house", "house", "quarter", "motown", "funk")
_BANDS: tuple[tuple[str, ...], ...] = (
    (),
    ("noise",),
    ("pad",),
    ("bass", "pad"),
    ("bass", "pad", "melody"),
    ("bass", "piano"),
    ("bass", "piano", "melody"),
    ("piano", "melody"),
    ("bass", "pad", "melody", "crash"),
)


def _step(change: float) -> Callable[[float], float]:
    return lambda passed: 1.0 if passed < 0.55 else change


def _drift(passed: float) -> float:
    return 1 + 0.03 * math.sin(3 * math.pi * passed)


def choose_recipe(number: int, seconds: float = 30.0) -> Recipe:
    """Return song ``number``; the same number gives the same song."""
    rng = random.Random(number)
    kind = rng.random()
    meter = 3 if rng.random() < 0.2 else 4
    pattern = rng.choice(list(THREE)) if meter == 3 else rng.choice(_OFTEN)
    pattern = "click" if kind < 0.05 else pattern
    low, high = _TEMPOS[pattern]
    # most songs are near 115
    bpm = min(max(rng.gauss(115, 30), low), high) if rng.random() < 0.6 else rng.uniform(low, high)
    drums = not 0.05 <= kind < 0.15
    layers = rng.choice(_BANDS) if drums else rng.choice((("piano",), ("bass", "piano", "melody"), ("piano", "melody")))
    bend = rng.choice(("", "", "", "step", "drift"))
    change = rng.choice((0.85, 0.9, 1.1, 1.2))
    change = change if low <= bpm * change <= high else 1 / change
    curve: Callable[[float], float] = _step(change) if bend == "step" else _drift
    name = f"{number} {pattern} {bpm:.0f} {bend} {'+'.join(layers)}{'' if drums else ' without drums'}"
    return Recipe(
        name,
        bpm,
        pattern,
        seconds,
        swing=rng.choice((0.5, 0.5, 0.5, 0.58, 2 / 3)),
        meter=meter,
        bend=curve if bend else (lambda _: 1.0),
        layers=layers,
        drums=drums,
        form=rng.choice(("", "", "AB", "ABA")),
        human_sec=rng.choice((0.0, 0.0, 0.004, 0.008)),
        intro_sec=rng.choice((0.0, 0.0, 0.7, 2.3)),
        seed=number,
    )
