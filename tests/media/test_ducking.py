"""Music against the voice, both taken out of the encoded mix: the voice is below 4 kHz, the music above."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_renderer.audio.audio_meter import measure_audio
from gpu_renderer.audio.ducking import automation_gain_db
from gpu_renderer.audio.loudness import HOP, Curve, max_momentary_loudness, measure_levels, measure_loudness
from gpu_renderer.audio.mixdown import meets_target
from sutradhar.domain.video.timeline import GainPoint
from tests.media.audio_timeline import RATE, AudioTimeline, Samples, blocks, decode_file, speech, tone
from tests.media.test_clip_audio import level

SPLIT_HZ = 4_000


def low_passed(samples: Samples, limit: float) -> Samples:
    spectrum = np.fft.rfft(samples, axis=0)
    spectrum[np.fft.rfftfreq(len(samples), 1 / RATE) > limit] = 0
    return np.fft.irfft(spectrum, len(samples), axis=0)


def peaky(seconds: float, plosive: float = 3.0) -> Samples:
    """Speech with a plosive every 0.3 s, ``plosive`` times as high as its other peaks, still below the split."""
    samples = speech(seconds, 0.1)
    samples[4_800::14_400] += 0.1 * plosive * RATE / 6_000
    samples = low_passed(samples, 3_000)
    return np.asarray(samples / np.abs(samples).max() * 0.95)


def swelling(seconds: float) -> Samples:
    """Music that is 12 dB louder at its height than most of the time."""
    t = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(5).normal(0, 1, len(t))
    bright = noise - low_passed(noise, 5_000)
    bright *= 10 ** ((12 * np.exp(-(((t % 8) - 5) ** 2) / 0.5) - 12) / 20)
    return np.asarray(np.stack([bright, bright], axis=1) / np.abs(bright).max() * 0.5)


def stems(path: Path, length: int) -> tuple[Curve, Curve]:
    """Return the powers of voice and music in every millisecond."""
    decoded = decode_file(path)[:length]
    voice = low_passed(decoded, SPLIT_HZ)
    powers = [measure_levels(blocks(part)).power for part in (voice, decoded - voice)]
    return powers[0], powers[1]


def momentary(power: Curve) -> Samples:
    """Return the loudness in LUFS of every 400 ms, in steps of 100 ms."""
    tenths = power[: len(power) // 100 * 100].reshape(-1, 100).mean(axis=1)
    return np.asarray(-0.691 + 10 * np.log10(np.convolve(tenths, np.full(4, 0.25), "valid") + 1e-12))


STEADY = tone(6_000, 4.0)
MUSIC = swelling(16.0)
VIDEOS = {
    # seconds of the video, (start, narration), music, volume_db
    "dense speech": (12, [(0.2, speech(5.0)), (5.6, speech(6.0))], STEADY, -12.0),
    "sparse speech": (15, [(3.0, speech(1.6)), (9.0, speech(1.6))], STEADY, -8.0),
    "peaky voice": (10, [(2.0, peaky(4.0))], STEADY, -12.0),
    "sparse and peaky": (15, [(3.0, peaky(2.0)), (9.0, peaky(1.6))], STEADY, -6.0),
    "peaky beyond repair": (12, [(4.0, peaky(3.0, 10.0))], STEADY, -6.0),
    "quiet voice": (10, [(2.0, speech(4.0, 0.004))], STEADY, -12.0),
    "one quiet voice": (12, [(2.0, speech(3.0)), (7.0, speech(3.0, 0.004))], STEADY, -12.0),
    "music that swells": (16, [(2.0, speech(4.5)), (9.5, speech(5.0))], MUSIC, -12.0),
    "music as loud as the voice": (14, [(2.0, peaky(4.0)), (8.5, speech(4.0))], MUSIC, 0.0),
}


@pytest.mark.parametrize("name", VIDEOS)
def test_music_is_12_db_under_the_voice_during_speech(tmp_path: Path, name: str) -> None:
    seconds, narrations, music_samples, volume_db = VIDEOS[name]
    audio = AudioTimeline(tmp_path)
    for at, samples in narrations:
        audio.say(round(at * RATE), samples)
    audio.play(music_samples, volume_db)
    path = audio.mix(seconds * 30)
    assert meets_target(measure_audio(path, seconds))
    voice, music = stems(path, seconds * RATE)
    for at, samples in narrations:
        a, b = round(at * 1000), round(at * 1000 + len(samples) / 48)
        assert measure_loudness(voice[a:b]) - max_momentary_loudness(music[a:b]) >= 12
        both = momentary(voice[a:b]), momentary(music[a:b])
        speaking = both[0] > measure_loudness(voice[a:b]) - 6
        assert speaking.sum() > 10
        assert (both[0] - both[1])[speaking].min() >= 12


@pytest.mark.parametrize("narration", [peaky(3.0), speech(3.0, 0.004)], ids=["peaky", "quiet"])
def test_in_pauses_music_is_as_far_under_the_voice_as_the_plan_says(tmp_path: Path, narration: Samples) -> None:
    audio = AudioTimeline(tmp_path)
    audio.say(3 * RATE, narration)
    audio.say(round(7.5 * RATE), narration)
    audio.play(STEADY, -9.0)
    voice, music = stems(audio.mix(14 * 30), 14 * RATE)
    level = measure_loudness(voice[3000:6000])
    for a, b in ((1200, 2800), (6350, 7350), (10_900, 11_900)):
        assert level - measure_loudness(music[a:b]) == pytest.approx(9, abs=0.7)


def test_music_does_not_move_with_the_words(tmp_path: Path) -> None:
    audio = AudioTimeline(tmp_path)
    samples = peaky(6.0)
    samples[RATE : RATE + RATE // 2] = 0  # half a second to breathe
    audio.say(2 * RATE, samples)
    audio.play(STEADY, -6.0)
    _, music = stems(audio.mix(11 * 30), 11 * RATE)
    level = 10 * np.log10(music[: len(music) // 20 * 20].reshape(-1, 20).mean(axis=1))
    before, under, after = level[75:90], level[102:398], level[425:445]
    assert np.ptp(under) < 2.5
    # it goes down in the 100 ms before the word, and comes up in about 300 ms after the last
    assert level[94] > before.mean() - 1 > level[99] > under.mean() - 1
    assert level[400] < under.mean() + 2 < level[408] < after.mean() < level[418] + 1


@given(
    points=st.lists(
        st.tuples(st.integers(0, 20 * RATE), st.floats(-48, 24)), min_size=1, max_size=256, unique_by=lambda p: p[0]
    ),
    at=st.integers(0, 20_000),
)
def test_the_level_moves_in_straight_lines_from_point_to_point(points: list[tuple[int, float]], at: int) -> None:
    points.sort()
    automation = [GainPoint(at=sample, gain_db=gain_db) for sample, gain_db in points]
    level = automation_gain_db(automation, 20_000)[at]
    before = [point for point in points if point[0] <= at * HOP]
    after = [point for point in points if point[0] > at * HOP]
    if not before or not after:
        assert level == pytest.approx(points[0][1] if not before else points[-1][1], abs=1e-4)
        return
    (a, low), (b, high) = before[-1], after[0]
    assert level == pytest.approx(low + (high - low) * (at * HOP - a) / (b - a), abs=1e-3)


def test_gain_points_change_the_music_and_speech_stays_clear(tmp_path: Path) -> None:
    """A line of 0 dB, -6 dB and 3 dB; then 24 dB while a voice speaks."""
    audio = AudioTimeline(tmp_path)
    audio.play(tone(6_000, 4.0))
    assert audio.music is not None
    points = ((2.0, 0.0), (3.2, -6.0), (4.4, 3.0), (6.0, 3.0), (6.1, 24.0), (14.0, 24.0))
    audio.music = audio.music.evolve(automation=[GainPoint(at=round(at * RATE), gain_db=db) for at, db in points])
    audio.say(8 * RATE, speech(4.0))
    decoded = decode_file(audio.mix(480))
    levels = [level(decoded, 6_000, at - 0.05, 0.1) for at in (1.8, 2.6, 3.2, 3.8, 4.6)]
    assert np.array(levels) - levels[0] == pytest.approx([0, -3, -6, -1.5, 3], abs=0.4)
    voice, music = stems_of(decoded, 8.3, 11.5)
    assert voice - music > 12


def stems_of(decoded: Samples, start: float, end: float) -> tuple[float, float]:
    """Return the loudness of voice and music between two seconds."""
    part = decoded[round(start * RATE) : round(end * RATE)]
    voice = low_passed(part, SPLIT_HZ)
    first, second = (measure_loudness(measure_levels(blocks(samples)).power) for samples in (voice, part - voice))
    return first, second
