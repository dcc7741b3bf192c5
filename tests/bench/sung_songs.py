"""Make songs whose words have known times: voices that report their own word times, spoken and sung, over music.

The sung form stretches each word behind its first consonant and moves its pitch, by overlapping pieces of the waveform
that match (WSOLA), so the time of each word stays known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.assets.asset import SAMPLE_RATE, Word
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.ports.providers import Speech
from sutradhar.providers.media.wav import from_wav

Samples = NDArray[np.float32]

LINES = (
    "Walk with me along the river tonight",
    "The lanterns are floating on silver and black",
    "I left my old shoes at the edge of the water",
    "And nobody told me that I could go back",
    "Hold on to the morning, hold on to the rain",
    "Hold on to the sound of the evening train",
    "We are only a story that somebody told",
    "We are only a fire against the cold",
    "Seven windows open slowly to the sea",
    "Every letter that you sent came home to me",
    "My mother was singing while counting the stars",
    "The children were laughing at bicycles and cars",
    "Hold on to the morning, hold on to the rain",
    "Hold on to the sound of the evening train",
    "Yesterday's paper is thrown on the floor",
    "A shadow is waiting behind every door",
    "Tell me the name of the road that you took",
    "I will write it in pencil inside of my book",
    "We are only a story that somebody told",
    "We are only a fire against the cold",
)
_BEAT_SEC = 60 / 104
_BAR_SEC = 4 * _BEAT_SEC
_LINES_IN_PART, _PAUSE_BARS, _INTRO_BARS, _OUTRO_BARS = 4, 2, 3, 2
_ATTACK_SEC = 0.08
"""The beginning of a word keeps its speed: a singer stretches vowels."""
_FRAME, _SEARCH = 1200, 360
"""Samples of a piece of the waveform (25 ms), and how far a better match for it is looked for."""
_ROOTS = (110.0, 87.31, 130.81, 98.0)


class Speaker(Protocol):
    """A voice that reports the times of its words."""

    def narrate(self, text: str, language: Language, voice: Voice) -> Speech: ...


@dataclass(frozen=True)
class SungSong:
    """``samples``: mono at 48 kHz. ``words``: the true times of the words of each line."""

    name: str
    samples: Samples
    lines: tuple[tuple[Word, ...], ...]

    @property
    def lyrics(self) -> str:
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)


def make_sung_song(
    name: str, narrator: Speaker, voice: Voice, *, sung: bool, voice_db: float = 12.0, lines: Sequence[str] = LINES
) -> SungSong:
    """Return a song in which ``narrator`` says or sings ``lines``, ``voice_db`` above the music."""
    random = np.random.default_rng(17)
    at = _INTRO_BARS * _BAR_SEC
    clips: list[tuple[float, Samples]] = []
    placed: list[tuple[Word, ...]] = []
    for number, line in enumerate(lines):
        speech = narrator.narrate(line, "en", voice)
        samples, starts, ends = _sing(speech, random) if sung else _take(speech)
        # a singer does not begin at the very start of a bar each time
        begin = at + float(random.choice([0.0, 0.5, 1.0])) * _BEAT_SEC
        clips.append((begin, samples))
        texts = [word.text for word in speech.words]
        placed.append(
            tuple(Word(text=t, start=begin + a, end=begin + b) for t, a, b in zip(texts, starts, ends, strict=True))
        )
        bars = int(np.ceil((begin - at + len(samples) / SAMPLE_RATE) / _BAR_SEC))
        at += (bars + (_PAUSE_BARS if number % _LINES_IN_PART == _LINES_IN_PART - 1 else 0)) * _BAR_SEC
    voices = np.zeros(round((at + _OUTRO_BARS * _BAR_SEC) * SAMPLE_RATE), np.float32)
    for begin, samples in clips:
        first = round(begin * SAMPLE_RATE)
        voices[first : first + len(samples)] += samples
    music = make_music(len(voices))
    loud = voices[np.abs(voices) > 0.02 * np.abs(voices).max()]
    level = np.sqrt(np.square(loud).mean() / np.square(music).mean()) * 10 ** (-voice_db / 20)
    mix = voices + music * np.float32(level)
    return SungSong(name, mix * np.float32(0.8 / np.abs(mix).max()), tuple(placed))


def _take(speech: Speech) -> tuple[Samples, list[float], list[float]]:
    return from_wav(speech.wav)[0], [word.start for word in speech.words], [word.end for word in speech.words]


def _sing(speech: Speech, random: np.random.Generator) -> tuple[Samples, list[float], list[float]]:
    """Return ``speech`` with longer words on other notes, and the new starts and ends of its words."""
    samples, _ = from_wav(speech.wav)
    starts = [word.start for word in speech.words]
    bounds = [0.0, *starts[1:], len(samples) / SAMPLE_RATE]
    inputs, outputs, pitches, new_starts = [0.0], [0.0], [], []
    for n, (first, last) in enumerate(pairwise(bounds)):
        attack = min(_ATTACK_SEC + (starts[0] if n == 0 else 0.0), (last - first) / 2)
        stretch, pitch = random.uniform(1.2, 2.0), float(random.choice([0.89, 0.94, 1.0, 1.06, 1.12]))
        new_starts.append(outputs[-1] + (starts[0] if n == 0 else 0.0))
        for length, factor in ((attack, 1.0), (last - first - attack, stretch)):
            inputs.append(inputs[-1] + length)
            outputs.append(outputs[-1] + length * factor)
            pitches.append(pitch)
    # the pitch moves when samples are read faster, so the stretched form is longer by as much before
    widths = np.diff(outputs) * np.array(pitches)
    longer = np.concatenate([[0.0], np.cumsum(widths)])
    stretched = stretch_samples(samples, np.array(inputs) * SAMPLE_RATE, longer * SAMPLE_RATE)
    times = np.arange(round(outputs[-1] * SAMPLE_RATE)) / SAMPLE_RATE
    places = np.interp(times, outputs, longer) * SAMPLE_RATE
    voice = np.interp(places, np.arange(len(stretched)), stretched).astype(np.float32)
    ends = [*new_starts[1:], outputs[-1]]
    return voice, new_starts, ends


def stretch_samples(samples: Samples, inputs: NDArray[np.float64], outputs: NDArray[np.float64]) -> Samples:
    """Return ``samples`` with the places ``inputs`` at ``outputs`` (samples, both rising), at the same pitch."""
    hop = _FRAME // 2
    window = np.hanning(_FRAME + 1)[:-1].astype(np.float32)
    margin = _SEARCH + _FRAME
    padded = np.pad(samples, (margin, _SEARCH + 2 * _FRAME))
    length = round(outputs[-1])
    out = np.zeros(length + 2 * _FRAME, np.float32)
    previous = None
    for at in range(0, length + hop, hop):  # the middle of a piece is at ``at``
        target = round(float(np.interp(at, outputs, inputs))) - hop + margin
        if previous is not None:
            continued = padded[previous + hop : previous + hop + _FRAME]
            area = padded[target - _SEARCH : target + _SEARCH + _FRAME]
            score = np.correlate(area, continued, "valid")
            target += int(score.argmax()) - _SEARCH
        piece = padded[target : target + _FRAME]
        out[at : at + _FRAME] += piece * window
        previous = min(target, len(padded) - 2 * _FRAME)
    return out[hop : hop + length]


def make_music(count: int) -> Samples:
    """Return ``count`` samples of drums, a bass and chords."""
    random = np.random.default_rng(5)
    music = np.zeros(count + SAMPLE_RATE, np.float32)
    times = np.arange(round(_BAR_SEC * SAMPLE_RATE)) / SAMPLE_RATE
    for bar in range(int(count / SAMPLE_RATE / _BAR_SEC) + 1):
        begin = bar * _BAR_SEC
        root = _ROOTS[bar % len(_ROOTS)]
        chord = sum(
            np.sin(2 * np.pi * root * step * k * times) / k for step in (2.0, 2.52, 3.0, 4.0) for k in range(1, 7)
        )
        _add(music, begin, chord * 0.05 * np.exp(-times * 0.3))
        for beat in range(8):
            note = times[: round(0.25 * SAMPLE_RATE)]
            bass = np.sin(2 * np.pi * root * note) + 0.4 * np.sin(4 * np.pi * root * note)
            _add(music, begin + beat * _BEAT_SEC / 2, bass * 0.12 * np.exp(-note * 6))
            hat = random.normal(size=2400) * np.exp(-np.arange(2400) / 400)
            _add(music, begin + beat * _BEAT_SEC / 2, hat * 0.05)
        for beat in range(4):
            kick = np.sin(2 * np.pi * np.cumsum(45 + 120 * np.exp(-note * 35)) / SAMPLE_RATE) * np.exp(-note * 14)
            _add(music, begin + beat * _BEAT_SEC, kick * 0.5)
            if beat % 2:
                snare = random.normal(size=9600) * np.exp(-np.arange(9600) / 1800)
                _add(music, begin + beat * _BEAT_SEC, snare * 0.12)
    return music[:count]


def _add(track: Samples, start: float, samples: NDArray[np.floating]) -> None:
    at = round(start * SAMPLE_RATE)
    part = samples[: max(len(track) - at, 0)]
    track[at : at + len(part)] += part.astype(np.float32)
