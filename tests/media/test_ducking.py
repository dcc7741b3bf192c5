"""Music against the voice, both taken out of the encoded mix: the voice is below 4 kHz, the music above."""

from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.audio.audio_meter import measure_audio
from gpu_renderer.audio.loudness import Curve, max_momentary_loudness, measure_levels, measure_loudness
from gpu_renderer.audio.mixdown import meets_target
from tests.media.audio_timeline import RATE, AudioTimeline, Samples, blocks, decode_file, speech, tone

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
