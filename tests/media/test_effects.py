"""Sound effects in the encoded mix."""

from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.audio.audio_meter import measure_audio
from gpu_renderer.audio.loudness import max_momentary_loudness, measure_levels, measure_loudness
from gpu_renderer.audio.mixdown import meets_target
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import MediaRef, SoundEffectClip
from tests.media.audio_timeline import RATE, AudioTimeline, Samples, blocks, decode_file, speech, tone


@pytest.fixture
def audio(tmp_path: Path) -> AudioTimeline:
    return AudioTimeline(tmp_path)


def noise(seconds: float, level: float = 0.1) -> Samples:
    return np.random.default_rng(3).normal(0, level, round(seconds * RATE))


def levels(samples: Samples, frequency: float) -> Samples:
    """Return the amplitude in dB of the tone in every 100 ms."""
    turned = samples.mean(axis=1) * np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / RATE)
    tenths = turned[: len(turned) // 4800 * 4800].reshape(-1, 4800).mean(axis=1)
    return np.asarray(20 * np.log10(np.abs(tenths) + 1e-9))


def test_an_effect_is_placed_to_the_sample(audio: AudioTimeline) -> None:
    audio.say(2 * RATE, speech(1.0))
    knock = noise(0.05) * np.exp(-np.arange(2400) / 400)
    audio.add(30_011, knock)
    audio.add(190_333, knock)
    decoded = decode_file(audio.mix(150)).mean(axis=1)
    for start in (30_011, 190_333):
        match = np.correlate(decoded[start - 500 : start + len(knock) + 500], knock, "valid")
        assert int(np.argmax(match)) - 500 == 0


@pytest.mark.parametrize("level", [0.5, 0.02])
@pytest.mark.parametrize("volume_db", [-6.0, -12.0])
def test_an_effect_is_as_loud_against_the_voice_as_asked_for(
    audio: AudioTimeline, level: float, volume_db: float
) -> None:
    audio.say(RATE, speech(2.0))
    audio.add(4 * RATE, tone(997, 0.8, level), volume_db)
    decoded = decode_file(audio.mix(180))
    voice = measure_loudness(measure_levels(blocks(decoded[RATE : 3 * RATE])).power)
    assert max_momentary_loudness(measure_levels(blocks(decoded[4 * RATE :])).power) - voice == pytest.approx(
        volume_db, abs=0.5
    )
    assert meets_target(measure_audio(audio.work / "sound.m4a", 6.0))


def test_neither_a_click_nor_a_whisper_is_blown_up_without_limit(audio: AudioTimeline) -> None:
    click = np.zeros((4_800, 2))
    click[100:110] = 0.3
    audio.say(0, speech(2.0))
    audio.add(3 * RATE, click, 0.0)
    audio.add(4 * RATE, noise(0.5, 0.0003), 0.0)  # -65 LUFS or so
    decoded = decode_file(audio.mix(150))
    measurement = measure_audio(audio.work / "sound.m4a", 5.0)
    assert meets_target(measurement)
    assert np.abs(decoded[3 * RATE : 3 * RATE + 4_800]).max() > 0.3  # it was raised as far as it can be
    assert max_momentary_loudness(measure_levels(blocks(decoded[4 * RATE :])).power) < -14 - 25


def test_an_effect_is_cut_with_a_fade_where_the_video_begins_and_ends(audio: AudioTimeline) -> None:
    audio.say(RATE, speech(1.0))
    audio.add(-RATE, tone(997, 1.5, 0.3))
    audio.add(round(2.5 * RATE), tone(997, 1.5, 0.3))
    audio.add(10 * RATE, tone(997, 1.5, 0.3))  # all of it is after the end
    path = audio.mix(90)
    decoded = decode_file(path).mean(axis=1)[: 3 * RATE]
    middle = np.abs(decoded[4_800:9_600]).max()
    for edge in (decoded, decoded[::-1]):
        # 10 ms from nothing to full; a plain cut would begin at full
        assert np.abs(edge[:48]).max() < 0.25 * middle
        assert np.abs(edge[480:960]).max() > 0.8 * middle


def test_effects_do_not_duck_the_music(audio: AudioTimeline) -> None:
    audio.play(tone(5_000, 8.0), -12.0)
    audio.add(3 * RATE, tone(300, 1.5))
    music = levels(decode_file(audio.mix(210)), 5_000)
    assert np.ptp(music[12:48]) < 1


def test_an_effect_that_cannot_be_used_is_named(audio: AudioTimeline) -> None:
    audio.add(0, noise(0.5))
    audio.effects.append(SoundEffectClip(start=0, samples=RATE, media=MediaRef(blob="nothing", sha256="")))
    with pytest.raises(RenderError, match=r"cannot use effects\[1\]: there is no file nothing") as caught:
        audio.mix(30)
    assert (caught.value.stage, caught.value.scene) == ("sound", None)


def test_the_same_effects_give_the_same_bytes(audio: AudioTimeline) -> None:
    audio.say(4_800, speech(0.8))
    audio.play(tone(300, 1.0), -12.0)
    audio.add(1_234, noise(0.3))
    assert audio.mix(45).read_bytes() == audio.mix(45).read_bytes()
