"""Property tests of parts of songs: any analysis gives parts that lie inside the song and have about the length."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.song.analysis import ENERGY_STEP_SEC, Section, SongAnalysis
from sutradhar.domain.song.best_part import LONGEST_SHARE, SHORTEST_SHARE, choose_best_parts
from sutradhar.domain.song.cut_part import cut_analysis

_UNIT = st.floats(0, 1)


@st.composite
def analyses(draw: st.DrawFn) -> SongAnalysis:
    """Draw an analysis with any beats, sections and energy. They need not fit each other."""
    duration = draw(st.floats(0.2, 900))
    times = st.lists(st.floats(0, duration), max_size=60, unique=True).map(sorted)
    beats = tuple(draw(times))
    cuts = [0.0, *draw(times.map(lambda many: many[:8])), duration]
    labels = draw(st.lists(st.sampled_from("ABCD"), min_size=len(cuts), max_size=len(cuts)))
    sections = tuple(
        Section(start_sec=start, end_sec=end, label=label, energy=draw(_UNIT))
        for (start, end), label in zip(itertools.pairwise(cuts), labels, strict=False)
        if end > start
    )
    energy = draw(st.lists(_UNIT, max_size=40))
    return SongAnalysis(
        duration_sec=duration,
        loudness_lufs=None,
        tempo_bpm=None,
        beats=beats,
        downbeats=beats[:: draw(st.integers(1, 5))],
        sections=sections,
        energy=tuple(energy),
    )


@given(analyses(), st.floats(0.5, 1000), st.integers(1, 5))
def test_parts_lie_inside_the_song_and_have_about_the_length(
    analysis: SongAnalysis, target_sec: float, count: int
) -> None:
    parts = choose_best_parts(analysis, target_sec, count)
    assert 1 <= len(parts) <= count
    assert [part.score for part in parts] == sorted((part.score for part in parts), reverse=True)
    for part in parts:
        length = part.end_sec - part.start_sec
        assert 0 <= part.start_sec < part.end_sec <= analysis.duration_sec
        assert 0 <= part.score <= 1
        if analysis.duration_sec <= target_sec:
            assert length == analysis.duration_sec
        else:
            assert SHORTEST_SHARE - 1e-6 <= length / target_sec <= LONGEST_SHARE + 1e-6


@given(analyses(), st.floats(0, 900), st.floats(0.01, 900))
def test_facts_of_a_part_lie_inside_it(analysis: SongAnalysis, start: float, length: float) -> None:
    if start >= analysis.duration_sec:
        with pytest.raises(ValueError, match="has no sound"):
            cut_analysis(analysis, start, start + length)
        return
    facts = cut_analysis(analysis, start, start + length)
    seconds = min(start + length, analysis.duration_sec) - start
    assert all(0 <= at <= seconds + 0.001 for at in facts.beats)
    assert len(facts.beats) <= len(analysis.beats)
    assert list(facts.beats) == sorted(facts.beats)
    for section in facts.sections:
        assert 0 <= section.start_sec < section.end_sec <= seconds + 0.001
    if analysis.energy:
        assert len(facts.energy) == max(-int(-seconds // ENERGY_STEP_SEC), 1)
    assert facts.line_ends == ()


@given(analyses())
def test_the_whole_song_cut_is_the_song(analysis: SongAnalysis) -> None:
    facts = cut_analysis(analysis, 0, analysis.duration_sec)
    inside = [at for at in analysis.beats if at < analysis.duration_sec]
    assert facts.beats == pytest.approx(inside, abs=1e-4)
    assert facts.start_sec == 0
