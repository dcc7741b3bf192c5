"""Describe the music of each mood: a raga or mode, chords, rhythms, a figure and the strokes of a drum."""

from dataclasses import dataclass

from sutradhar.domain.plan.choices import Mood

Chord = tuple[int, ...]
"""Semitones above Sa, from the lowest."""


@dataclass(frozen=True)
class Style:
    """The music of a mood. Times are in beats of the bar, pitches in semitones above Sa."""

    tempo: int
    bars: int
    sa: int
    """MIDI number of the tonic (Sa), before the seed moves it."""
    scale: tuple[int, ...]
    chords: tuple[tuple[Chord, ...], ...]
    """Progressions, one of which is chosen and repeated to the end."""
    bars_a_chord: int
    softness: float
    lead: str
    rhythms: tuple[tuple[float, ...], ...]
    """The lengths of the notes of a phrase, which lasts two bars with its rest."""
    centre: int
    """The pitch around which the melody moves."""
    phrase_every: int
    """Bars from one phrase to the next."""
    levels: tuple[tuple[str, float], ...]
    """Parts and their levels relative to each other over the whole track, in LU."""
    figure: tuple[str, tuple[float, ...]] | None = None
    strokes: tuple[tuple[str, float, float], ...] = ()
    """Stroke, beat within two bars, strength."""


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
