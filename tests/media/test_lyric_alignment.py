"""Tests of finding the words of lyrics in songs."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sutradhar.domain.language.tags import Language
from sutradhar.domain.song.analysis import SongAnalysis
from sutradhar.domain.song.parse_lyrics import parse_lyrics
from sutradhar.ports.listening import AlignedLyrics
from sutradhar.providers.listening.lyric_alignment import align_song
from tests.media.songs import HINDI_LINES, MadeSong, make_song


def _analyse(song: MadeSong) -> SongAnalysis:
    return SongAnalysis(
        duration_sec=song.seconds,
        loudness_lufs=-14,
        tempo_bpm=song.tempo_bpm,
        beats=song.beats,
        downbeats=song.downbeats,
        sections=song.sections,
    )


def _align(song: MadeSong, folder: Path, lyrics: str, language: Language = "en") -> AlignedLyrics:
    aligned = align_song(song.write_wav(folder / "song.wav"), parse_lyrics(lyrics), language, _analyse(song))
    words = [word for line in aligned.lines for word in line]
    assert all(a.start < b.start and a.end <= b.start for a, b in pairwise(words))
    assert all(0 <= word.start <= word.end <= song.seconds for word in words)
    return aligned


def test_english_words_are_found_in_the_song(tmp_path: Path) -> None:
    song = make_song(100, ["Walk along the river tonight", "Carry me over the water"], voice_db=12)
    aligned = _align(song, tmp_path, song.lyrics)
    words = [word for line in aligned.lines for word in line]
    assert [word.text for word in words] == [word.text for word in song.words]
    errors = [abs(word.start - true.start) for word, true in zip(words, song.words, strict=True)]
    assert np.median(errors) < 0.06
    assert {word.timing_source for word in words} == {"speech"}
    assert aligned.notices == ()


def test_lyrics_of_another_song_are_laid_on_its_beats_and_said(tmp_path: Path) -> None:
    song = make_song(100, ["Walk along the river tonight", "Carry me over the water"], voice_db=12)
    other = (
        "Seventeen elephants juggle\nMarmalade kitchens explode\nPurple umbrellas whistle\nBackwards galactic pudding"
    )
    aligned = _align(song, tmp_path, other)
    assert [len(line) for line in aligned.lines] == [3, 3, 3, 3]
    assert {word.timing_source for line in aligned.lines for word in line} == {"beats"}
    assert "does not seem to say these words" in aligned.notices[0]


def test_hindi_words_are_laid_on_beats_inside_their_lines(tmp_path: Path) -> None:
    song = make_song(100, HINDI_LINES[:2], language="hi")
    first, second = (line[0].start for line in song.lines)
    aligned = _align(song, tmp_path, f"[00:{first:05.2f}]{HINDI_LINES[0]}\n[00:{second:05.2f}]{HINDI_LINES[1]}", "hi")
    for line, true in zip(aligned.lines, song.lines, strict=True):
        assert line[0].start == pytest.approx(true[0].start, abs=0.01)
        assert line[0].timing_source == "given"
        assert line[-1].end <= true[-1].start + 2.5
    aligned = _align(song, tmp_path, "\n".join(HINDI_LINES[:2]), "hi")
    words = [word for line in aligned.lines for word in line]
    assert {word.timing_source for word in words} == {"beats"}


def test_times_that_the_lyrics_have_stay(tmp_path: Path) -> None:
    song = make_song(100, ["Walk along the river tonight"], voice_db=12)
    aligned = _align(song, tmp_path, "[00:02.50]<00:02.50>Walk <00:03.33>along <00:04.00>the river tonight")
    assert [word.start for word in aligned.lines[0][:3]] == [2.5, 3.33, 4.0]
    assert [word.timing_source for word in aligned.lines[0][:3]] == ["given"] * 3


def test_lines_behind_the_end_of_the_song_are_said(tmp_path: Path) -> None:
    song = make_song(100, ["Walk along"], voice_db=12)
    aligned = _align(song, tmp_path, "[00:05.00]<00:05.00>Walk <00:05.60>along\n[59:00.00]<59:00.00>Later")
    assert "1 of the 2 lines of the lyrics begin after the end of the song" in aligned.notices[0]
