"""Tests of the best part of a song, on a song of verses and refrains at 120 BPM."""

import pytest

from sutradhar.domain.song.analysis import Section, SongAnalysis
from sutradhar.domain.song.best_part import choose_best_parts
from sutradhar.domain.song.cut_part import cut_analysis

_LABELS = "ABABCB"
_SECTION_SEC = 16.0
_ENERGY = {"A": 0.4, "B": 0.9, "C": 0.5}


def make_song() -> SongAnalysis:
    seconds = _SECTION_SEC * len(_LABELS)
    beats = tuple(n * 0.5 for n in range(int(seconds / 0.5)))
    sections = tuple(
        Section(start_sec=n * _SECTION_SEC, end_sec=(n + 1) * _SECTION_SEC, label=label, energy=_ENERGY[label])
        for n, label in enumerate(_LABELS)
    )
    energy = tuple(_ENERGY[label] for label in _LABELS for _ in range(int(_SECTION_SEC / 0.5)))
    return SongAnalysis(
        duration_sec=seconds,
        loudness_lufs=-14,
        tempo_bpm=120,
        beats=beats,
        downbeats=beats[::4],
        sections=sections,
        energy=energy,
    )


def test_the_best_part_is_the_refrain_from_its_first_bar() -> None:
    first, *others = choose_best_parts(make_song(), 16)
    assert (first.start_sec, first.end_sec) == (16, 32)
    assert first.reason == "the loudest part that is heard 3 times"
    assert [(part.start_sec, part.end_sec) for part in others] == [(48, 64), (80, 96)]


@pytest.mark.parametrize("target_sec", [7, 15, 30, 61])
def test_parts_begin_and_end_with_a_bar(target_sec: float) -> None:
    song = make_song()
    for part in choose_best_parts(song, target_sec):
        assert part.start_sec in song.downbeats
        assert part.end_sec in {*song.downbeats, song.duration_sec}
        assert 0.8 * target_sec <= part.end_sec - part.start_sec <= 1.2 * target_sec


def test_a_short_song_is_one_part() -> None:
    (part,) = choose_best_parts(make_song(), 200)
    assert (part.start_sec, part.end_sec, part.score, part.reason) == (0, 96, 1, "the whole song")


def test_music_without_beats_has_parts_of_the_length() -> None:
    song = make_song().evolve(beats=(), downbeats=(), sections=(), tempo_bpm=None)
    (part, *_) = choose_best_parts(song, 20)
    assert part.end_sec - part.start_sec == pytest.approx(20)
    assert part.reason == "a part of the length that was asked for"


def test_a_part_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        choose_best_parts(make_song(), 0)


def test_cut_facts_begin_at_zero() -> None:
    facts = cut_analysis(make_song(), 24, 40)
    assert facts.start_sec == 24
    assert (facts.beats[0], facts.beats[-1], len(facts.beats)) == (0, 15.5, 32)
    assert facts.downbeats == (0, 2, 4, 6, 8, 10, 12, 14)
    assert [(s.label, s.start_sec, s.end_sec) for s in facts.sections] == [("B", 0, 8), ("A", 8, 16)]
    assert facts.energy == (0.9,) * 16 + (0.4,) * 16
    assert facts.tempo_bpm == 120
