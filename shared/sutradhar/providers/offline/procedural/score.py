"""Music written down: for every mood a raga or mode, chords, a melody in phrases, a figure and strokes of a drum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sutradhar.domain.plan.choices import Mood

Chord = tuple[int, ...]
"""Semitones above Sa, from the lowest."""
BEATS = 4
"""In a bar."""


@dataclass(frozen=True)
class Style:
    """How a mood sounds. Times are in beats of the bar, pitches in semitones above Sa."""

    tempo: int
    bars: int
    sa: int
    """MIDI number of the tonic, before the seed moves it."""
    scale: tuple[int, ...]
    chords: tuple[tuple[Chord, ...], ...]
    """Progressions to choose from; a progression is repeated to the end."""
    bars_a_chord: int
    softness: float
    lead: str
    rhythms: tuple[tuple[float, ...], ...]
    """Of a phrase, which lasts two bars with its rest."""
    centre: int
    """Pitch that the melody keeps to."""
    phrase_every: int
    """Bars from one phrase to the next."""
    levels: tuple[tuple[str, float], ...]
    """Parts and their levels against each other over the whole bed, in LU."""
    figure: tuple[str, tuple[float, ...]] | None = None
    strokes: tuple[tuple[str, float, float], ...] = ()
    """Stroke, beat within two bars, strength."""


@dataclass(frozen=True)
class Note:
    part: str
    instrument: str
    beat: float
    beats: float
    pitch: int
    """Semitones above Sa."""
    strength: float
    follows: int | None = None
    """The pitch it is slurred from."""


@dataclass(frozen=True)
class Score:
    style: Style
    sa: int
    chords: tuple[Chord, ...]
    """One for every bar."""
    notes: tuple[Note, ...]


_SLOW = ((2, 1, 1, 3), (3, 1, 3), (1, 1, 2, 3), (1.5, 0.5, 2, 2.5))
_LIVELY = ((1, 0.5, 0.5, 1, 1, 2), (0.5, 0.5, 1, 1.5, 0.5, 2), (1.5, 0.5, 1, 1, 2))

STYLES: dict[Mood, Style] = {
    # Bhupali (S R G P D) over the tanpura
    "devotional": Style(
        tempo=60,
        bars=12,
        sa=49,
        scale=(0, 2, 4, 7, 9),
        bars_a_chord=2,
        softness=1.9,
        chords=(
            ((0, 7, 12, 16), (-3, 4, 12, 16), (-5, 2, 7, 14)),
            ((0, 7, 12, 16), (-5, 2, 7, 14), (-3, 4, 9, 12)),
        ),
        lead="bansuri",
        rhythms=_SLOW,
        centre=19,
        phrase_every=3,
        strokes=(("low", 0, 0.8), ("tap", 3, 0.25), ("low", 5, 0.4)),
        levels=(("drone", -1), ("pad", -1), ("lead", -5), ("drum", -10)),
    ),
    # Yaman, with its sharp fourth
    "calm": Style(
        tempo=54,
        bars=10,
        sa=48,
        scale=(0, 2, 4, 6, 7, 9, 11),
        bars_a_chord=1,
        softness=2.1,
        chords=(
            ((0, 7, 11, 16), (2, 6, 9, 14), (-3, 4, 7, 12), (-5, 2, 7, 11), (0, 7, 12, 16)),
            ((0, 7, 12, 16), (-3, 4, 11, 12), (2, 6, 9, 14), (4, 7, 11, 16), (-5, 2, 7, 14)),
        ),
        lead="bansuri",
        rhythms=_SLOW,
        centre=19,
        phrase_every=5,
        figure=("kalimba", (0, 1.5, 3)),
        levels=(("pad", 0), ("lead", -9), ("figure", -4)),
    ),
    # Bilawal
    "joyful": Style(
        tempo=100,
        bars=16,
        sa=50,
        scale=(0, 2, 4, 5, 7, 9, 11),
        bars_a_chord=1,
        softness=1.9,
        chords=(
            ((0, 7, 12, 16), (-5, 2, 7, 11), (-3, 4, 9, 12), (5, 9, 12, 17)),
            ((0, 7, 12, 16), (5, 9, 12, 17), (-3, 4, 9, 12), (-5, 2, 7, 11)),
        ),
        lead="santoor",
        rhythms=_LIVELY,
        centre=24,
        phrase_every=4,
        figure=("kalimba", (0, 0.5, 1.5, 2, 3, 3.5)),
        strokes=(
            ("low", 0, 0.8),
            ("ring", 1, 0.5),
            ("ring", 1.5, 0.3),
            ("tap", 2, 0.4),
            ("low", 3, 0.5),
            ("ring", 3.5, 0.4),
            ("low", 4, 0.7),
            ("ring", 5, 0.5),
            ("ring", 5.5, 0.3),
            ("ring", 6, 0.4),
            ("low", 6.5, 0.4),
            ("ring", 7, 0.5),
        ),
        levels=(("pad", -1), ("lead", -6), ("figure", -2), ("drum", -6)),
    ),
    # Kafi's scale over chords that go down and rise again
    "heroic": Style(
        tempo=84,
        bars=16,
        sa=50,
        scale=(0, 2, 3, 5, 7, 9, 10),
        bars_a_chord=1,
        softness=1.5,
        chords=(
            ((-12, 0, 7, 12, 15), (-9, 3, 7, 10, 15), (-2, 5, 10, 14), (-7, 0, 5, 9, 12)),
            ((-12, 0, 7, 12, 15), (-2, 5, 10, 14), (-7, 0, 5, 9, 12), (-5, 2, 7, 10, 14)),
        ),
        lead="santoor",
        rhythms=_LIVELY + _SLOW,
        centre=19,
        phrase_every=4,
        figure=("piano", (0, 1, 1.5, 2, 3, 3.5)),
        strokes=(
            ("low", 0, 1.0),
            ("low", 1.5, 0.5),
            ("tap", 2, 0.5),
            ("low", 3, 0.6),
            ("low", 4, 0.9),
            ("low", 5.5, 0.5),
            ("tap", 6, 0.5),
            ("low", 7, 0.6),
            ("low", 7.5, 0.4),
        ),
        levels=(("pad", 0), ("lead", -7), ("figure", -4), ("drum", -4)),
    ),
    # Dorian, a figure with holes in it
    "curious": Style(
        tempo=92,
        bars=16,
        sa=50,
        scale=(0, 2, 3, 5, 7, 9, 10),
        bars_a_chord=2,
        softness=2.2,
        chords=(
            ((0, 7, 10, 15), (5, 9, 12, 15), (0, 7, 10, 14), (-2, 5, 9, 14)),
            ((0, 7, 10, 15), (-2, 5, 10, 14), (5, 9, 12, 15), (-5, 2, 7, 10)),
        ),
        lead="kalimba",
        rhythms=_LIVELY,
        centre=24,
        phrase_every=4,
        figure=("piano", (0, 0.75, 1.5, 3)),
        strokes=(
            ("low", 0, 0.6),
            ("tap", 1.5, 0.4),
            ("tap", 3, 0.3),
            ("low", 4.5, 0.4),
            ("tap", 6, 0.4),
            ("tap", 7.5, 0.2),
        ),
        levels=(("pad", -2), ("lead", -7), ("figure", -1), ("drum", -9)),
    ),
    "tender": Style(
        tempo=66,
        bars=12,
        sa=51,
        scale=(0, 2, 4, 5, 7, 9, 11),
        bars_a_chord=1,
        softness=2.2,
        chords=(
            ((5, 9, 12, 16), (0, 7, 12, 16), (-5, 2, 7, 11), (-3, 4, 7, 12)),
            ((0, 7, 12, 16), (4, 7, 11, 16), (5, 9, 12, 16), (-5, 2, 7, 14)),
        ),
        lead="bansuri",
        rhythms=_SLOW,
        centre=19,
        phrase_every=4,
        figure=("piano", (0, 1, 1.5, 2, 3)),
        levels=(("pad", -1), ("lead", -9), ("figure", -1)),
    ),
}


def write(mood: Mood, seed: int) -> Score:
    """The score for ``mood``; the seed chooses key, chords and melody."""
    style = STYLES[mood]
    rng = np.random.default_rng([seed, list(STYLES).index(mood)])
    progression = style.chords[rng.integers(len(style.chords))]
    chords = tuple(progression[bar // style.bars_a_chord % len(progression)] for bar in range(style.bars))
    notes = [
        *_melody(style, chords, rng),
        *(_figure(style, chords, rng) if style.figure else ()),
        *_rhythm(style, rng),
        *(_drone(style) if "drone" in dict(style.levels) else ()),
    ]
    return Score(style, style.sa + int(rng.integers(-2, 3)), chords, tuple(notes))


def _melody(style: Style, chords: Sequence[Chord], rng: np.random.Generator) -> list[Note]:
    """Two motifs that take turns, each bent to the chords it meets; a phrase ends long, on a note of the chord."""
    steps = [p + 12 * octave for octave in range(4) for p in style.scale]
    motifs = [
        (style.rhythms[rng.integers(len(style.rhythms))], rng.choice([-2, -1, -1, 0, 1, 1, 2], 8).tolist())
        for _ in "ab"
    ]
    notes: list[Note] = []
    for number, bar in enumerate(range(1, style.bars - 1, style.phrase_every)):
        rhythm, moves = motifs[number % 2]
        beat = bar * BEATS + (0.0 if rng.random() < 0.7 else 1.0)
        at = steps.index(_nearest(style.centre, steps, chords[bar]))
        before: int | None = None
        for i, beats in enumerate(rhythm):
            pitch = steps[at]
            if beat % 2 == 0 or beats >= 1.5 or i == len(rhythm) - 1:
                pitch = _nearest(pitch, steps, chords[int(beat) // BEATS % style.bars])
            notes.append(Note("lead", style.lead, beat, beats, pitch, float(rng.uniform(0.7, 0.9)), before))
            before, beat = pitch, beat + beats
            # far from the centre a move turns back
            move = moves[i] if abs(steps[at] + 2 * moves[i] - style.centre) < 9 else -moves[i]
            at = min(max(steps.index(pitch) + move, 0), len(steps) - 1)
    return notes


def _nearest(pitch: int, steps: Sequence[int], chord: Chord) -> int:
    classes = {p % 12 for p in chord}
    return min((s for s in steps if s % 12 in classes), key=lambda s: (abs(s - pitch), s))


def _figure(style: Style, chords: Sequence[Chord], rng: np.random.Generator) -> list[Note]:
    """The chord broken up, one shape for odd bars and one for even; now and then a note is left out."""
    assert style.figure
    instrument, beats = style.figure
    shapes = [rng.permutation(len(beats)).tolist() for _ in "ab"]
    notes: list[Note] = []
    for bar, chord in enumerate(chords):
        tones = sorted({p + 12 if p < 5 else p for p in chord})
        for i, beat in enumerate(beats):
            if i and rng.random() < 0.15:
                continue
            pitch = tones[0] if i == 0 else tones[shapes[bar % 2][i] % len(tones)] + 12
            strength = (0.8 if i == 0 else 0.55) * float(rng.uniform(0.8, 1.0))
            notes.append(Note("figure", instrument, bar * BEATS + beat, 1, pitch, strength))
    return notes


def _rhythm(style: Style, rng: np.random.Generator) -> list[Note]:
    return [
        Note("drum", stroke, bar * BEATS + beat, 1, 0, strength * float(rng.uniform(0.8, 1.0)))
        for bar in range(0, style.bars, 2)
        for stroke, beat, strength in style.strokes
        if strength > 0.35 or rng.random() < 0.6
    ]


def _drone(style: Style) -> list[Note]:
    """Pa, Sa, Sa and the low Sa, a pluck every second beat but a rest after the fourth, as the hand goes."""
    plucks = ((0, -5, 0.8), (1.5, 0, 0.9), (3, 0, 0.9), (4.5, -12, 1.0))
    return [
        Note("drone", "tanpura", cycle + beat, 6, pitch, strength)
        for cycle in range(0, style.bars * BEATS, 6)
        for beat, pitch, strength in plucks
    ]
