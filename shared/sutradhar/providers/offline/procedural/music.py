"""Compose a music track by rule: a score for the mood, played by synthetic instruments in a synthetic room.

All samples are on a circle as long as the track: a note that rings past the end rings on at the start, and so does the
room, so the track loops without a seam.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.plan.choices import Mood
from sutradhar.dsp.k_weighting import k_weighting_response
from sutradhar.ports.providers import MusicTrackFile
from sutradhar.providers.media.wav import to_wav
from sutradhar.providers.offline.procedural.synthesis.instruments import (
    Rng,
    Samples,
    play_bansuri,
    play_pad,
    pluck_tanpura,
    strike_drum,
    strike_note,
)
from sutradhar.providers.offline.procedural.synthesis.score import BEATS, Note, Score, write_score

Spectrum = npt.NDArray[np.complex64]
Frequencies = npt.NDArray[np.floating]

LOUDNESS = -20.0
"""Loudness of a track in LUFS."""
_KNEE, _PEAK = 0.5, 0.75
"""Samples above the first are compressed so that they never pass the second."""

# The five notes of Bhupali are in just intonation, as the tanpura's partials are; chords elsewhere are tempered.
_JUST = {0: 1.0, 2: 9 / 8, 4: 5 / 4, 7: 3 / 2, 9: 5 / 3}
_ROOM = {"drone": 0.35, "pad": 0.5, "lead": 0.6, "figure": 0.4, "drum": 0.2}
_MIDDLE = {"drone": -4, "lead": 20, "figure": 18, "drum": 0}
"""The pitch of each part that is in the middle of the stereo image."""
_SWING_SEC = 0.007
"""Greatest delay of a note, as of a human player."""


class ProceduralComposer:
    provider_id = ProviderId("procedural-music", "1")

    def usage(self) -> None:
        """Return None: composing is free."""

    def compose(self, mood: Mood, seed: int) -> MusicTrackFile:
        """Return a track of 38 to 48 s; the same mood and seed give the same samples."""
        score = write_score(mood, seed)
        rng = np.random.default_rng([seed, 7])
        pcm = np.round(_perform_score(score, rng) * 32767).astype("<i2")
        return MusicTrackFile(to_wav(pcm), len(pcm), str(self.provider_id))


def count_beat_samples(tempo: int) -> int:
    """Return the samples of a beat, on a grid of 10 ms, so that the circle's length has small factors only (FFT)."""
    return round(6000 / tempo) * (SAMPLE_RATE // 100)


def _perform_score(score: Score, rng: Rng) -> Samples:
    """Return the track at ``LOUDNESS``: shape (samples, 2)."""
    style, beat = score.style, count_beat_samples(score.style.tempo)
    length = style.bars * BEATS * beat
    frequency = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    weight = np.asarray(np.abs(k_weighting_response(frequency)) ** 2, np.float32)
    room = _make_room_response(length, rng)
    mixed: list[Spectrum] = [np.zeros(len(frequency), np.complex64) for _ in range(2)]
    for part, level in style.levels:
        circle = np.zeros((length, 2), np.float32)
        if part == "pad":
            _add_pad(circle, score, beat, rng)
        else:
            _add_notes(circle, [n for n in score.notes if n.part == part], score, beat, rng)
        spectra = [np.fft.rfft(circle[:, c]).astype(np.complex64, copy=False) for c in range(2)]
        gain = 10 ** (level / 20) / np.sqrt(max(_measure_power(spectra, weight, length), 1e-12))
        for c in range(2):
            mixed[c] += (np.float32(gain) * spectra[c] * (1 + np.float32(_ROOM[part]) * room[c])).astype(np.complex64)
    tone_gain = _compute_tone_gain(frequency)
    samples = np.empty((length, 2), np.float32)
    for c, spectrum in enumerate(mixed):
        shaped = spectrum * tone_gain
        # each channel by itself: the room is louder in one of them on the few tones that a key has
        gain = np.sqrt(10 ** ((LOUDNESS + 0.691) / 10) / 2 / _measure_power([shaped], weight, length))
        samples[:, c] = np.fft.irfft(shaped, length) * np.float32(gain)
    over = np.maximum(np.abs(samples) - _KNEE, 0)
    bent = _KNEE + (_PEAK - _KNEE) * np.tanh(over / (_PEAK - _KNEE))
    return np.asarray(np.where(over > 0, np.sign(samples) * bent, samples), np.float32)


def _add_pad(circle: Samples, score: Score, beat: int, rng: Rng) -> None:
    """Add the pad: each chord swells in over the end of the one before; a chord that stays is one tone."""
    tune, bars = _make_tuning(score), len(score.chords)
    starts = [b for b in range(bars) if b % score.style.bars_a_chord == 0]
    lap = round(0.6 * SAMPLE_RATE)
    for start, end in zip(starts, [*starts[1:], bars], strict=True):
        count = (end - start) * BEATS * beat + 2 * lap
        tone = play_pad([tune(p) for p in score.chords[start]], count / SAMPLE_RATE, score.style.softness, rng)
        _add_wrapped(circle, tone, start * BEATS * beat - lap)


def _add_notes(circle: Samples, notes: list[Note], score: Score, beat: int, rng: Rng) -> None:
    """Add ``notes``; those of one pitch have the same samples, except on the bansuri."""
    tune = _make_tuning(score)
    played: dict[tuple[str, int], Samples] = {}
    for note in notes:
        key = note.instrument, note.pitch
        if note.instrument == "bansuri" or key not in played:
            played[key] = _play_note(note, tune, beat, rng)
        # higher notes are further right, as on a keyboard
        side = np.clip((note.pitch - _MIDDLE[note.part]) / 30, -0.5, 0.5)
        angle = (1 + float(side)) * np.pi / 4
        channels = np.array([np.cos(angle), np.sin(angle)], np.float32)
        pair = played[key][:, None] * channels * np.float32(note.strength)
        late = 0.0 if note.instrument == "bansuri" else rng.uniform(0, _SWING_SEC)
        _add_wrapped(circle, pair, round(note.beat * beat + late * SAMPLE_RATE))


def _play_note(note: Note, tune: Callable[[int], float], beat: int, rng: Rng) -> Samples:
    if note.instrument == "bansuri":
        before = tune(note.follows) if note.follows is not None else None
        return play_bansuri(tune(note.pitch), note.beats * beat / SAMPLE_RATE, before, rng)
    if note.part == "drum":
        return strike_drum(note.instrument, tune(0))
    if note.instrument == "tanpura":
        return pluck_tanpura(tune(note.pitch))
    return strike_note(note.instrument, tune(note.pitch))


def _add_wrapped(circle: Samples, samples: Samples, at: int) -> None:
    """Add ``samples`` to ``circle`` from index ``at``; what passes the end goes on at the start."""
    length = len(circle)
    done = 0
    while done < len(samples):
        start = (at + done) % length
        count = min(length - start, len(samples) - done)
        circle[start : start + count] += samples[done : done + count]
        done += count


def _make_tuning(score: Score) -> Callable[[int], float]:
    """Return a function from a pitch in semitones above Sa to its frequency in Hz."""
    sa = 440 * 2 ** ((score.sa - 69) / 12)
    if set(score.style.scale) <= _JUST.keys():
        return lambda pitch: sa * _JUST[pitch % 12] * 2.0 ** (pitch // 12)
    return lambda pitch: float(sa * 2 ** (pitch / 12))


def _make_room_response(length: int, rng: Rng) -> tuple[Spectrum, Spectrum]:
    """Return the left and right response of a hall: noise that fades to -60 dB in 2.4 s, the treble sooner, after 18 ms
    of silence. Both channels have a part of it in common, or the track would vanish in mono."""
    t = np.arange(min(round(2.4 * SAMPLE_RATE), length)) / SAMPLE_RATE
    fade = np.clip((t - 0.018) / 0.012, 0, 1)
    tails = []
    for _ in range(2):
        noise = rng.standard_normal(len(t))
        dull = np.convolve(noise, np.hanning(25) / np.hanning(25).sum(), "same")
        tail = fade * (2.2 * dull * 10 ** (-3 * t / 2.4) + 0.5 * noise * 10 ** (-3 * t / 0.8))
        tails.append(tail / np.sqrt((tail**2).sum()))
    left, right = (np.fft.rfft((0.8 * tails[0] + sign * 0.6 * tails[1]).astype(np.float32), length) for sign in (1, -1))
    return left.astype(np.complex64), right.astype(np.complex64)


def _compute_tone_gain(frequency: Frequencies) -> npt.NDArray[np.float32]:
    """Return the gain at each frequency: no rumble, less at 300 Hz, where rooms boom, and at 2 kHz, where words are."""
    octave = np.log2(np.maximum(frequency, 1.0))
    db = -2.5 * np.exp(-(((octave - np.log2(300)) / 0.7) ** 2)) - 4.5 * np.exp(-(((octave - np.log2(2100)) / 1.1) ** 2))
    high_pass = 1 / np.sqrt(1 + (45 / np.maximum(frequency, 1e-3)) ** 6)
    low_pass = 1 / np.sqrt(1 + (frequency / 8000) ** 4)
    return np.asarray(10 ** (db / 20) * high_pass * low_pass, np.float32)


def _measure_power(spectra: list[Spectrum], weight: npt.NDArray[np.float32], length: int) -> float:
    """Return the K-weighted mean square, channels added (Parseval; the bin at 0 Hz has no weight)."""
    return sum(2 * float((np.abs(s) ** 2 * weight).sum(dtype=np.float64)) for s in spectra) / length**2
