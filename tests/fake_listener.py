"""A listener that hears a beat of 120 BPM in every WAV file, and a word each half second, and counts what it hears."""

import wave
from pathlib import Path

import pytest

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.language.tags import Language
from sutradhar.domain.song.analysis import Section, SongAnalysis
from sutradhar.domain.song.lyrics import Lyrics
from sutradhar.ports.listening import AlignedLyrics
from sutradhar.providers.listening.listener import LocalListener


class FakeListener:
    """Replaces the listener of songs, and counts what it hears. ``fault`` is raised instead."""

    def __init__(self) -> None:
        self.analyzed, self.aligned = 0, 0
        self.fault: Exception | None = None

    def analyze(self, path: Path) -> SongAnalysis:
        self.analyzed += 1
        if self.fault:
            raise self.fault
        with wave.open(str(path)) as file:
            seconds = file.getnframes() / file.getframerate()
        beats = tuple(i / 2 for i in range(int(seconds * 2)))
        return SongAnalysis(
            duration_sec=seconds,
            loudness_lufs=-14.0,
            tempo_bpm=120.0,
            tempo_confidence=0.9,
            beats=beats,
            downbeats=beats[::4],
            sections=(Section(start_sec=0, end_sec=seconds, label="A", energy=1.0),),
            key="A minor",
            energy=(1.0,) * int(seconds * 2),
            peaks=(0.5,) * 10,
            notices=("has a beat that never changes",),
        )

    def align(self, _path: Path, lyrics: Lyrics, _language: Language, _analysis: SongAnalysis) -> AlignedLyrics:
        self.aligned += 1
        if self.fault:
            raise self.fault
        lines, at = [], 1.0
        for line in lyrics.lines:
            words = []
            for word in line.words:
                words.append(Word(text=word.text, start=at, end=at + 0.4, timing_source="speech", confidence=0.8))
                at += 0.5
            lines.append(tuple(words))
        return AlignedLyrics(tuple(lines), ("two words were guessed",))


def replace_listener(monkeypatch: pytest.MonkeyPatch) -> FakeListener:
    """Return a fake listener that every service uses until the test ends."""
    ear = FakeListener()
    monkeypatch.setattr(LocalListener, "analyze", lambda _self, path: ear.analyze(path))
    monkeypatch.setattr(LocalListener, "align_lyrics", lambda _self, *arguments: ear.align(*arguments))
    return ear
