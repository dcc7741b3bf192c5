"""Make songs whose beats, bars, sections and key are known: clicks, drum loops, and bands of drums, bass and chords."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.bench.song import instruments as play
from tests.bench.song.instruments import RATE, Samples

SIXTEENTHS = 4
"""Steps of a beat in the patterns below."""
Pattern = dict[str, str]
"""A line for each drum, with a sign for each sixteenth: ``x`` loud, ``o`` soft, ``.`` nothing."""

FOUR: dict[str, Pattern] = {
    "rock": {"kick": "x.......x.......", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."},
    "rock2": {"kick": "x.......x.x.....", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."},
    "house": {"kick": "x...x...x...x...", "clap": "....x.......x...", "hat": "..x...x...x...x."},
    "pop": {"kick": "x.....x.x.......", "snare": "....x.......x...", "hat": "xoxoxoxoxoxoxoxo"},
    "quarter": {"kick": "x.......x.......", "snare": "....x.......x...", "hat": "x...x...x...x..."},
    "motown": {"kick": "x.....x.x.....x.", "snare": "x...x...x...x...", "hat": "x.x.x.x.x.x.x.x."},
    "funk": {"kick": "x.o...x...x..o..", "snare": "....x..o.o..x..o", "hat": "xoxoxoxoxoxoxoxo"},
    "half": {"kick": "x.....x.........", "snare": "........x.......", "hat": "x.x.x.x.x.x.x.x."},
    "reggaeton": {"kick": "x...x...x...x...", "snare": "...x..x....x..x.", "hat": "x.x.x.x.x.x.x.x."},
    "onedrop": {"kick": "........x.......", "snare": "........x.......", "hat": "x.x.x.x.x.x.x.x."},
}
THREE: dict[str, Pattern] = {
    "waltz": {"kick": "x...........", "hat": "....x...x..."},
    "waltz2": {"kick": "x.........x.", "snare": "....x...x...", "hat": "x.x.x.x.x.x."},
    "waltz3": {"kick": "x...........", "snare": "........x...", "hat": "x.x.x.x.x.x."},
}
_GAINS = {"kick": 0.9, "snare": 0.7, "hat": 0.45, "clap": 0.7}
_CHORDS = ((0, 5, 7, 0), (0, 9, 5, 7), (9, 5, 0, 7), (2, 7, 0, 9))
"""Progressions by the roots, in semitones over the tonic of the major key."""
_MINOR_ROOTS = {2, 4, 9}

_SILENT: dict[int, Sequence[str]] = {0: ("melody",), 2: ("bass", "piano"), 3: ("pad", "melody")}
"""The layers that a kind of section (A, B ...) does without."""


@dataclass
class Track:
    """A song and the truth about it. Times are in seconds."""

    name: str
    samples: Samples
    beats: list[float]
    downbeats: list[float]
    bpm: float
    """Beats a minute of the longest part with one tempo."""
    sections: list[tuple[float, float, str]] = field(default_factory=list)
    key: str | None = None


@dataclass(frozen=True)
class Recipe:
    """Describe a song to make. ``swing``: the place of the off-beat eighth within its beat; 0.5 is straight."""

    name: str
    bpm: float
    pattern: str = "rock"
    seconds: float = 30.0
    swing: float = 0.5
    meter: int = 4
    bend: Callable[[float], float] = lambda _: 1.0
    """The tempo, relative to ``bpm``, by the share of the song that has passed."""
    layers: Sequence[str] = ()
    """Any of ``bass``, ``pad``, ``piano``, ``melody``, ``noise``, ``crash``."""
    drums: bool = True
    form: str = ""
    """A letter for each section of 8 bars; empty: one section."""
    human_sec: float = 0.0
    """The standard deviation of a player's time."""
    intro_sec: float = 0.0
    """Silence before the song."""
    seed: int = 0


_STRIKES = {
    "kick": play.strike_kick,
    "snare": play.strike_snare,
    "hat": play.strike_hat,
    "clap": play.strike_clap,
}


def make_track(recipe: Recipe) -> Track:
    rng = np.random.default_rng([recipe.seed, 17])
    form = recipe.form or "A"
    beats = _list_beats(recipe)
    bars = (len(beats) - 1) // recipe.meter
    beats = beats[: bars * recipe.meter + 1]
    samples = np.zeros(round((beats[-1] + 1.0) * RATE), np.float32)
    band = _Band(recipe, rng, samples, beats, int(rng.integers(0, 12)))
    sections = []
    for number in range(len(form)):
        first, last = bars * number // len(form), bars * (number + 1) // len(form)
        sections.append((float(beats[first * recipe.meter]), float(beats[last * recipe.meter]), form[number]))
        for bar in range(first, last):
            band.play_bar(bar, form[number], is_first=bar == first)
    if "noise" in recipe.layers:
        samples += (0.02 * rng.standard_normal(len(samples))).astype(np.float32)
    samples *= 0.7 / max(float(np.abs(samples).max()), 1e-9)
    times = [float(at) for at in beats[:-1]]
    names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    has_key = bool({"bass", "pad", "piano", "melody"} & set(recipe.layers))
    key = f"{names[band.tonic % 12]} major" if has_key else None
    gaps = np.diff(beats)
    bpm = recipe.bpm if np.ptp(gaps) < 1e-6 else 60 / _longest_steady(gaps)
    return Track(recipe.name, samples, times, times[:: recipe.meter], bpm, sections, key)


def _longest_steady(gaps: Samples) -> float:
    """Return the length of the beat that most of the song has, within 2 %."""
    seconds = [float(gaps[np.abs(gaps / gap - 1) < 0.02].sum()) for gap in gaps]
    best = gaps[int(np.argmax(seconds))]
    return float(np.mean(gaps[np.abs(gaps / best - 1) < 0.02]))


def _list_beats(recipe: Recipe) -> Samples:
    at, beats = 0.0, []
    while at < recipe.seconds:
        beats.append(recipe.intro_sec + at)
        at += 60 / (recipe.bpm * recipe.bend(at / recipe.seconds))
    return np.array(beats)


@dataclass
class _Band:
    recipe: Recipe
    rng: np.random.Generator
    samples: Samples
    beats: Samples
    tonic: int

    def _add(self, note: Samples, at: float, gain: float) -> None:
        if self.recipe.human_sec:
            at += float(self.rng.normal(0, self.recipe.human_sec))
        start = max(round(at * RATE), 0)
        part = self.samples[start : start + len(note)]
        part += np.float32(gain) * note[: len(part)]

    def _time(self, beat: float) -> float:
        """Return the time of a place in beats, swung."""
        whole = int(beat)
        share = beat - whole
        swing = self.recipe.swing
        share = share * 2 * swing if share < 0.5 else swing + (share - 0.5) * 2 * (1 - swing)
        start, end = self.beats[whole], self.beats[min(whole + 1, len(self.beats) - 1)]
        return float(start + share * (end - start))

    def play_bar(self, bar: int, letter: str, *, is_first: bool) -> None:
        recipe, meter = self.recipe, self.recipe.meter
        kind = ord(letter) - ord("A")
        first = bar * meter
        if recipe.pattern == "click":
            for beat in range(meter):
                self._add(play.strike_click(self.rng), self._time(first + beat), 0.8)
        elif recipe.drums:
            self._play_drums(first, kind)
        if "crash" in recipe.layers and is_first:
            self._add(play.strike_crash(self.rng), self._time(first), 0.8)
        self._play_chord(bar, first, kind)

    def _play_drums(self, first: int, kind: int) -> None:
        pattern = (THREE if self.recipe.meter == 3 else FOUR)[self.recipe.pattern]
        for drum, signs in pattern.items():
            for step, sign in enumerate(signs):
                if sign == "." or (kind == 2 and drum in {"snare", "kick"}):
                    continue
                level = (1.0 if sign == "x" else 0.4) * float(self.rng.uniform(0.8, 1.1))
                level *= 1.0 if kind % 2 else 0.8
                self._add(_STRIKES[drum](self.rng), self._time(first + step / SIXTEENTHS), _GAINS[drum] * level)

    def _play_chord(self, bar: int, first: int, kind: int) -> None:
        meter = self.recipe.meter
        layers = [name for name in self.recipe.layers if not (self.recipe.form and name in _SILENT.get(kind, ()))]
        roots = _CHORDS[kind % len(_CHORDS)]
        root = roots[bar % len(roots)]
        chord = [root, root + (3 if root in _MINOR_ROOTS else 4), root + 7]
        start, end = self._time(first), float(self.beats[min(first + meter, len(self.beats) - 1)])
        rng = self.rng
        if "bass" in layers:
            for beat in (0, 1.5, 2) if meter == 4 else (0, 2):
                seconds = self._time(first + min(beat + 0.9, meter - 0.01)) - self._time(first + beat)
                self._add(play.play_bass(36 + (self.tonic + root) % 12, seconds, rng), self._time(first + beat), 0.5)
        if "pad" in layers:
            for tone in chord:
                self._add(play.bow(48 + (self.tonic + tone) % 12, end - start + 0.1, rng), start, 0.3)
        if "piano" in layers:
            for beat in range(meter):
                for tone in chord if beat % 2 == 0 else chord[1:]:
                    pitch = 60 + (self.tonic + tone) % 12
                    self._add(play.pluck(pitch, 0.8, rng), self._time(first + beat), 0.35)
        if "melody" in layers:
            scale = (0, 2, 4, 5, 7, 9, 11)
            beat = 0.0
            while beat < meter:
                length = float(rng.choice([0.5, 0.5, 1, 1.5]))
                tone = int(rng.choice(chord)) if rng.random() < 0.6 else int(rng.choice(scale))
                seconds = max(self._time(first + min(beat + length, meter - 0.01)) - self._time(first + beat), 0.08)
                note = play.bow(
                    72 + (self.tonic + tone) % 12, seconds, rng, attack_sec=min(0.03, seconds / 3), vibrato=0.012
                )
                if rng.random() < 0.85:
                    self._add(note, self._time(first + beat), 0.45)
                beat += length
