"""Test the music by numbers, because a test cannot listen."""

import io
import wave
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from gpu_renderer.audio.loudness import BLOCK, measure_levels, measure_loudness
from sutradhar.domain.plan.choices import Mood
from sutradhar.providers.offline.procedural.music import ProceduralComposer, count_beat_samples
from sutradhar.providers.offline.procedural.synthesis.score import BEATS, write_score
from sutradhar.providers.offline.procedural.synthesis.styles import STYLES

MOODS: list[Mood] = list(STYLES)
Samples = npt.NDArray[np.float64]


@cache
def compose_samples(mood: Mood, seed: int = 1) -> Samples:
    """Return the track of ``mood``: shape (samples, 2), full scale 1."""
    track = ProceduralComposer().compose(mood, seed)
    with wave.open(io.BytesIO(track.wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 48_000)
        assert file.getnframes() == track.samples
        return np.frombuffer(file.readframes(track.samples), "<i2").reshape(-1, 2) / 32768


def measure_lufs(samples: Samples) -> float:
    stereo = (samples.reshape(len(samples), -1) * np.ones((1, 2))).astype(np.float32)
    blocks = (stereo[at : at + BLOCK] for at in range(0, len(stereo), BLOCK))
    return measure_loudness(measure_levels(blocks).power)


def compute_power_spectrum(samples: Samples) -> tuple[Samples, Samples]:
    """Return the frequencies in Hz and the power at each of them."""
    frequency = np.fft.rfftfreq(len(samples), 1 / 48_000).astype(np.float64)
    return frequency, np.abs(np.fft.rfft(samples)) ** 2


@pytest.mark.parametrize("mood", MOODS)
def test_every_track_is_half_a_minute_to_a_minute_long(mood: Mood) -> None:
    assert 30 <= len(compose_samples(mood)) / 48_000 <= 60


@pytest.mark.parametrize("mood", MOODS)
def test_level_and_peaks_leave_room_for_a_voice(mood: Mood) -> None:
    samples = compose_samples(mood)
    assert measure_lufs(samples) == pytest.approx(-20, abs=0.3)
    peak = np.abs(samples).max()
    assert peak < 0.76
    assert 8 < 20 * np.log10(peak / samples.std()) < 18
    assert np.abs(samples.mean(axis=0)).max() < 1e-4


@pytest.mark.parametrize("mood", MOODS)
def test_the_end_runs_into_the_start(mood: Mood) -> None:
    samples = compose_samples(mood)
    around = np.concatenate([samples[-4800:], samples[:4800]])
    step, bend = np.abs(np.diff(around, axis=0)), np.abs(np.diff(around, 2, axis=0))
    assert step[4799].max() <= step.max() * 0.999 or step[4799].max() < 0.002
    assert bend[4798:4800].max() < 4 * np.percentile(bend, 99) + 2e-4


@pytest.mark.parametrize("mood", MOODS)
def test_the_range_of_words_is_left_free_and_nothing_is_shrill(mood: Mood) -> None:
    frequency, power = compute_power_spectrum(compose_samples(mood).mean(axis=1))

    def measure_share(low: float, high: float) -> float:
        return float(power[(frequency >= low) & (frequency < high)].sum() / power.sum())

    assert measure_share(1000, 4000) < 0.1
    assert measure_share(6000, 24_000) < 0.001
    assert measure_share(0, 40) < 0.05
    assert 150 < (frequency * power).sum() / power.sum() < 800


@pytest.mark.parametrize("mood", MOODS)
def test_stereo_is_wide_but_survives_mono(mood: Mood) -> None:
    left, right = compose_samples(mood).T
    assert 0.2 < np.corrcoef(left, right)[0, 1] < 0.95
    assert measure_lufs(left) == pytest.approx(measure_lufs(right), abs=0.5)


@pytest.mark.parametrize("mood", MOODS)
def test_every_bar_sounds_its_chord(mood: Mood) -> None:
    samples, score = compose_samples(mood).mean(axis=1), write_score(mood, 1)
    bar = count_beat_samples(score.style.tempo) * BEATS
    assert bar * len(score.chords) == len(samples)
    shares = []
    for number, chord in enumerate(score.chords):
        frequency, power = compute_power_spectrum(samples[number * bar : (number + 1) * bar] * np.hanning(bar))
        in_range = (frequency > 110) & (frequency < 1500)
        classes = np.round(12 * np.log2(frequency[in_range] / 440) + 69 - score.sa).astype(int) % 12
        energy = np.bincount(classes, power[in_range], 12)
        chroma = energy / energy.sum()
        assert chroma[list(score.style.scale)].sum() > 0.85  # the seventh partial of a string is in no scale
        shares.append(chroma[list({p % 12 for p in chord})].sum())
    assert min(shares) > 0.5
    assert np.mean(shares) > 0.8


@pytest.mark.parametrize("mood", MOODS)
def test_a_melody_keeps_to_its_scale_sings_in_small_steps_and_rests(mood: Mood) -> None:
    for seed in range(30):
        score = write_score(mood, seed)
        style = score.style
        melody = [n for n in score.notes if n.part == "lead"]
        assert len(melody) >= 6
        assert {n.pitch % 12 for n in melody} <= set(style.scale)
        assert all(abs(n.pitch - style.centre) <= 14 for n in melody)
        for a, b in pairwise(melody):
            if b.follows is None:
                last_chord = score.chords[int(a.beat) // BEATS % style.bars]
                assert a.pitch % 12 in {p % 12 for p in last_chord}
            else:
                assert (b.follows, b.beat) == (a.pitch, a.beat + a.beats)
                assert abs(b.pitch - a.pitch) <= 9
        assert sum(n.beats for n in melody) < 0.8 * style.bars * BEATS


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert ProceduralComposer().compose("calm", 5).wav == ProceduralComposer().compose("calm", 5).wav


@pytest.mark.parametrize("mood", MOODS)
def test_other_seeds_give_other_melodies(mood: Mood) -> None:
    scores = [write_score(mood, seed) for seed in range(20)]
    melodies = {tuple((n.pitch, n.beat) for n in score.notes if n.part == "lead") for score in scores}
    assert len(melodies) >= 18


def test_other_seeds_and_moods_sound_different() -> None:
    for one, other in (
        (compose_samples("calm"), compose_samples("calm", 2)),
        (compose_samples("calm"), compose_samples("tender")),
    ):
        count = min(len(one), len(other))
        assert abs(np.corrcoef(one[:count, 0], other[:count, 0])[0, 1]) < 0.3
