"""Make a short song whose beats and words have known times: drums, chords, and a voice that says a word on each beat.

The song has an intro, a verse, a chorus, a verse and a chorus, each of its own energy, as ``PARTS`` says. Each line of
the lyrics takes two bars.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.assets.asset import SAMPLE_RATE, Word
from sutradhar.domain.language.tags import Language
from sutradhar.domain.song.analysis import Section, SongAnalysis, SongFacts
from sutradhar.domain.song.cut_part import cut_analysis
from sutradhar.pipeline.songs import cut_lines
from sutradhar.providers.media.wav import from_wav, to_wav
from sutradhar.providers.offline.espeak_ng import EspeakNarrator
from tests.media.ffmpeg import run_ffmpeg

Samples = NDArray[np.float32]

BEATS_IN_BAR, BARS_IN_LINE = 4, 2
PARTS = ((2, "A", 0.35), (4, "B", 0.6), (4, "C", 1.0), (4, "B", 0.6), (4, "C", 1.0))
"""Bars, label and energy of each part. The first part has no words."""
LINES = (
    "Walk along the river tonight",
    "Carry me over the water",
    "We are dancing under golden light",
    "Never let the morning find us",
    "Seven windows open to the sea",
    "Every candle burning slowly",
    "We are dancing under golden light",
    "Never let the morning find us",
)
HINDI_LINES = (
    "नदी किनारे चलते जाओ",
    "चाँद हमारे साथ चलेगा",
    "हम नाचेंगे सुनहरी रात में",
    "सुबह कभी न आने देना",
    "सागर की ओर खुली खिड़की",
    "दीपक धीरे धीरे जलता",
    "हम नाचेंगे सुनहरी रात में",
    "सुबह कभी न आने देना",
)
_ROOTS = (220.0, 174.61, 130.81, 196.0)
"""Hz of the chord of each bar: A minor, F, C and G."""
_CHORDS = ((1.0, 1.189, 1.498), (1.0, 1.26, 1.498), (1.0, 1.26, 1.498), (1.0, 1.26, 1.498))


@dataclass(frozen=True)
class MadeSong:
    """A song and what is known of it. ``samples`` are mono at 48 kHz; times are in seconds."""

    samples: Samples
    beats: tuple[float, ...]
    downbeats: tuple[float, ...]
    sections: tuple[Section, ...]
    lines: tuple[tuple[Word, ...], ...]
    tempo_bpm: float

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines for word in line)

    @property
    def lyrics(self) -> str:
        """The lines as plain text."""
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)

    @property
    def analysis(self) -> SongAnalysis:
        """Return what a perfect analysis finds."""
        energy = [part.energy for part in self.sections for _ in range(round((part.end_sec - part.start_sec) * 2))]
        return SongAnalysis(
            duration_sec=self.seconds,
            loudness_lufs=-14.0,
            tempo_bpm=self.tempo_bpm,
            tempo_confidence=1.0,
            beats=self.beats,
            downbeats=self.downbeats,
            sections=self.sections,
            key="A minor",
            energy=tuple(energy),
        )

    @property
    def facts(self) -> SongFacts:
        """Return the facts about the whole song, with its lines."""
        return self.cut(0.0, self.seconds)[1]

    def cut(self, start_sec: float, end_sec: float) -> tuple[tuple[Word, ...], SongFacts]:
        """Return the words of a part of the song, and the facts about it."""
        words, line_ends = cut_lines(self.lines, start_sec, end_sec)
        return words, cut_analysis(self.analysis, start_sec, end_sec).evolve(line_ends=line_ends)

    def write_wav(self, path: Path) -> Path:
        path.write_bytes(to_wav(np.round(self.samples * 32767).astype("<i2")))
        return path

    def write_mp3(self, path: Path) -> Path:
        wav = self.write_wav(path.with_suffix(".source.wav"))
        run_ffmpeg("-i", wav, "-b:a", "128k", path)
        wav.unlink()
        return path

    def write_lrc(self) -> str:
        """Return the lyrics as enhanced LRC: a time for each line and each word."""
        return "\n".join(
            f"[{_stamp(line[0].start)}]" + " ".join(f"<{_stamp(word.start)}>{word.text}" for word in line)
            for line in self.lines
        )


def make_song(
    bpm: float = 120.0,
    lines: Sequence[str] = LINES,
    *,
    language: Language = "en",
    voice_db: float = 0.0,
    lead_sec: float = 0.0,
) -> MadeSong:
    """Return a song of 18 bars: 36 s at 120 BPM.

    Args:
        lines: at most eight lines of at most eight words; none: an instrumental.
        voice_db: loudness of the voice relative to the music.
        lead_sec: silence before the first beat.
    """
    beat = 60.0 / bpm
    bars = sum(part[0] for part in PARTS)
    beats = [lead_sec + n * beat for n in range(bars * BEATS_IN_BAR)]
    end = lead_sec + len(beats) * beat
    music = np.zeros(round(end * SAMPLE_RATE) + 1, np.float32)
    sections: list[Section] = []
    bar = 0
    for length, label, energy in PARTS:
        for number in range(bar, bar + length):
            _play_bar(music, lead_sec + number * BEATS_IN_BAR * beat, beat, number, energy)
        first, last = (lead_sec + at * BEATS_IN_BAR * beat for at in (bar, bar + length))
        sections.append(Section(start_sec=first if sections else 0.0, end_sec=last, label=label, energy=energy))
        bar += length
    voice, sung = _sing(lines, beats[PARTS[0][0] * BEATS_IN_BAR :], beat, language, len(music))
    level = _measure_rms(music) / _measure_rms(voice) * 10 ** (voice_db / 20) if lines else 0.0
    mix = music + voice * np.float32(level)
    mix *= np.float32(0.7 / np.abs(mix).max())
    downbeats = tuple(beats[::BEATS_IN_BAR])
    return MadeSong(mix, tuple(beats), downbeats, tuple(sections), tuple(sung), bpm)


def _play_bar(music: Samples, start: float, beat: float, number: int, energy: float) -> None:
    root, chord = _ROOTS[number % 4], _CHORDS[number % 4]
    times = np.arange(round(BEATS_IN_BAR * beat * SAMPLE_RATE)) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * root * step * times) for step in chord)
    _add(music, start, tone * np.minimum(times / 0.02, 1) * np.exp(-times * 0.4) * 0.06 * energy)
    for n in range(BEATS_IN_BAR):
        at = start + n * beat
        _add(music, at, _make_kick() * (0.8 if n == 0 else 0.5) * energy)
        if n % 2:
            _add(music, at, _make_noise(0.12, 30.0) * 0.35 * energy)
        for half in (0.0, 0.5):
            _add(music, at + half * beat, _make_noise(0.04, 120.0) * 0.12 * energy)


@cache
def _make_kick() -> Samples:
    times = np.arange(round(0.18 * SAMPLE_RATE)) / SAMPLE_RATE
    fall = np.cumsum(50 + 110 * np.exp(-times * 40)) / SAMPLE_RATE
    return (np.sin(2 * np.pi * fall) * np.exp(-times * 18)).astype(np.float32)


@cache
def _make_noise(seconds: float, decay: float) -> Samples:
    count = round(seconds * SAMPLE_RATE)
    noise = np.random.default_rng(count).uniform(-1, 1, count)
    return (noise * np.exp(-np.arange(count) / SAMPLE_RATE * decay)).astype(np.float32)


def _sing(
    lines: Sequence[str], beats: Sequence[float], beat: float, language: Language, length: int
) -> tuple[Samples, list[tuple[Word, ...]]]:
    """Return the voice, one word on each beat, and the words of each line with their times."""
    voice, sung = np.zeros(length, np.float32), []
    for number, line in enumerate(lines):
        words = []
        for n, text in enumerate(line.split()):
            start = beats[number * BARS_IN_LINE * BEATS_IN_BAR + n]
            clip = _say(text, language)
            clip = clip[: round((beat - 0.02) * SAMPLE_RATE)] * np.float32(0.9)
            fade = np.linspace(1, 0, min(len(clip), 480), dtype=np.float32)
            clip[-len(fade) :] *= fade
            _add(voice, start - 0.01, clip)  # a spoken word begins 10 ms after its file
            words.append(Word(text=text, start=start, end=start + len(clip) / SAMPLE_RATE - 0.01))
        sung.append(tuple(words))
    return voice, sung


@cache
def _say(text: str, language: Language) -> Samples:
    speech = EspeakNarrator().narrate(text, language, "F")
    return from_wav(speech.wav)[0]


def _add(track: Samples, start: float, samples: NDArray[np.floating]) -> None:
    at = max(round(start * SAMPLE_RATE), 0)
    part = samples[: max(len(track) - at, 0)]
    track[at : at + len(part)] += part.astype(np.float32)


def _measure_rms(samples: Samples) -> float:
    loud = samples[np.abs(samples) > 1e-3]
    return float(np.sqrt(np.square(loud).mean())) if len(loud) else 1.0


def _stamp(seconds: float) -> str:
    return f"{int(seconds // 60):02d}:{seconds % 60:05.2f}"
