"""Write the score of a music track: chords, a melody in phrases, a figure, strokes of a drum and a drone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sutradhar.domain.plan.choices import Mood
from sutradhar.providers.offline.procedural.synthesis.styles import STYLES, Chord, Style

BEATS = 4
"""The beats of a bar."""


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
    """The pitch from which the note is slurred."""


@dataclass(frozen=True)
class Score:
    style: Style
    sa: int
    chords: tuple[Chord, ...]
    """One chord for every bar."""
    notes: tuple[Note, ...]


def write_score(mood: Mood, seed: int) -> Score:
    """Return a score for ``mood``; the seed chooses key, chords and melody."""
    style = STYLES[mood]
    rng = np.random.default_rng([seed, list(STYLES).index(mood)])
    progression = style.chords[rng.integers(len(style.chords))]
    chords = tuple(progression[bar // style.bars_a_chord % len(progression)] for bar in range(style.bars))
    notes = [
        *_write_melody(style, chords, rng),
        *(_write_figure(style, chords, rng) if style.figure else ()),
        *_write_rhythm(style, rng),
        *(_write_drone(style) if "drone" in dict(style.levels) else ()),
    ]
    return Score(style, style.sa + int(rng.integers(-2, 3)), chords, tuple(notes))


def _write_melody(style: Style, chords: Sequence[Chord], rng: np.random.Generator) -> list[Note]:
    """Write two motifs that take turns, each adapted to the chords; a phrase ends long, on a note of the chord."""
    steps = [p + 12 * octave for octave in range(4) for p in style.scale]
    motifs = [
        (style.rhythms[rng.integers(len(style.rhythms))], rng.choice([-2, -1, -1, 0, 1, 1, 2], 8).tolist())
        for _ in "ab"
    ]
    notes: list[Note] = []
    for number, bar in enumerate(range(1, style.bars - 1, style.phrase_every)):
        rhythm, moves = motifs[number % 2]
        beat = bar * BEATS + (0.0 if rng.random() < 0.7 else 1.0)
        at = steps.index(_find_nearest(style.centre, steps, chords[bar]))
        before: int | None = None
        for i, beats in enumerate(rhythm):
            pitch = steps[at]
            if beat % 2 == 0 or beats >= 1.5 or i == len(rhythm) - 1:
                pitch = _find_nearest(pitch, steps, chords[int(beat) // BEATS % style.bars])
            notes.append(Note("lead", style.lead, beat, beats, pitch, float(rng.uniform(0.7, 0.9)), before))
            before, beat = pitch, beat + beats
            # far from the centre a move goes the other way
            move = moves[i] if abs(steps[at] + 2 * moves[i] - style.centre) < 9 else -moves[i]
            at = min(max(steps.index(pitch) + move, 0), len(steps) - 1)
    return notes


def _find_nearest(pitch: int, steps: Sequence[int], chord: Chord) -> int:
    classes = {p % 12 for p in chord}
    return min((s for s in steps if s % 12 in classes), key=lambda s: (abs(s - pitch), s))


def _write_figure(style: Style, chords: Sequence[Chord], rng: np.random.Generator) -> list[Note]:
    """Write broken chords in one shape for odd bars and one for even; now and then a note is left out."""
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


def _write_rhythm(style: Style, rng: np.random.Generator) -> list[Note]:
    return [
        Note("drum", stroke, bar * BEATS + beat, 1, 0, strength * float(rng.uniform(0.8, 1.0)))
        for bar in range(0, style.bars, 2)
        for stroke, beat, strength in style.strokes
        if strength > 0.35 or rng.random() < 0.6
    ]


def _write_drone(style: Style) -> list[Note]:
    """Write Pa, Sa, Sa and the low Sa: a pluck every 1.5 beats, in cycles of 6 beats, as the hand of a player goes."""
    plucks = ((0, -5, 0.8), (1.5, 0, 0.9), (3, 0, 0.9), (4.5, -12, 1.0))
    return [
        Note("drone", "tanpura", cycle + beat, 6, pitch, strength)
        for cycle in range(0, style.bars * BEATS, 6)
        for beat, pitch, strength in plucks
    ]
