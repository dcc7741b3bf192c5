"""The mix is judged on the encoded file, decoded as a player does."""

import json
import subprocess
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_renderer.audio import audio_meter
from gpu_renderer.audio.audio_source import AudioSource
from gpu_renderer.audio.ducking import CROSSFADE_SAMPLES, LoopedAudio, interpolate
from gpu_renderer.audio.loudness import BLOCK, levelling_gain, measure_levels, measure_loudness
from gpu_renderer.audio.mixdown import encode_command, meets_target, mix_audio
from gpu_renderer.core.ffmpeg_process import Cancelled, find_program
from sutradhar.domain.core.errors import RenderError
from tests.media.audio_timeline import (
    NEVER,
    RATE,
    AudioTimeline,
    Samples,
    blocks,
    decode_file,
    loudness,
    speech,
    tone,
    wav,
)


@pytest.fixture
def audio(tmp_path: Path) -> AudioTimeline:
    return AudioTimeline(tmp_path)


def probe(path: Path) -> dict[str, Any]:
    argv = [find_program("ffprobe"), "-v", "error", "-show_streams", "-of", "json", str(path)]
    stream: dict[str, Any] = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)["streams"][0]
    return stream


def level_of_tone(samples: Samples, frequency: float) -> Samples:
    """Return the amplitude in dB of the tone in every 10 ms, over windows of 20 ms."""
    turned = samples.mean(axis=1) * np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / RATE)
    parts = turned[: len(turned) // 480 * 480].reshape(-1, 480).mean(axis=1)
    return np.asarray(20 * np.log10(np.abs(parts[1:] + parts[:-1]) + 1e-9))


@pytest.mark.parametrize(("frames", "fps"), [(1, 30), (100, 24), (77, 30), (61, 60)])
def test_the_file_is_exactly_as_long_as_the_video_and_silent_without_voice_or_music(
    audio: AudioTimeline, frames: int, fps: int
) -> None:
    path = audio.mix(frames, fps)
    samples = audio.timeline(frames, fps).samples
    facts = probe(path)
    assert (facts["codec_name"], facts["profile"]) == ("aac", "LC")
    assert (facts["sample_rate"], facts["channels"], facts["time_base"]) == ("48000", 2, "1/48000")
    assert (facts["start_pts"], facts["duration_ts"]) == (0, samples)
    decoded = decode_file(path)
    # this ffmpeg plays the last packet to its end, past the edit list
    assert samples <= len(decoded) < samples + 1024
    assert not decoded.any()


def test_voices_are_placed_to_the_sample(audio: AudioTimeline) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 24_000))
    starts = (9_601, 100_003)
    for start, samples in zip(starts, noise, strict=True):
        audio.say(start, samples)
    decoded = decode_file(audio.mix(150)).mean(axis=1)
    for start, samples in zip(starts, noise, strict=True):
        match = np.correlate(decoded[start - 500 : start + len(samples) + 500], samples, "valid")
        assert int(np.argmax(match)) - 500 == 0
        assert match.max() > 0.85 * np.linalg.norm(samples) * np.linalg.norm(decoded[start : start + len(samples)])


def music() -> Samples:
    t = np.arange(5 * RATE) / RATE
    left = sum(0.1 * np.sin(2 * np.pi * f * t) for f in (200, 300, 400, 501)) * (1 + 0.5 * np.sin(2 * np.pi * 2 * t))
    return np.stack([left, np.roll(left, 300)], axis=1)


@pytest.mark.parametrize(
    ("with_voice", "volume_db"),
    [(True, -12.0), (True, 0.0), (True, None), (False, -12.0)],
    ids=["voice and bed", "loud bed", "voice only", "bed only"],
)
def test_the_encoded_file_has_the_promised_loudness_and_true_peak(
    audio: AudioTimeline, with_voice: bool, volume_db: float | None
) -> None:
    if with_voice:
        audio.say(9_600, speech(3.0))
        audio.say(200_000, speech(4.0))
    if volume_db is not None:
        audio.play(music(), volume_db)
    measurement = audio_meter.measure_audio(audio.mix(300), 10.0)
    assert measurement.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert measurement.true_peak_dbtp <= -1


def test_peaky_speech_is_limited_and_still_loud_enough(audio: AudioTimeline) -> None:
    samples = speech(5.0, 0.3)
    samples[::9_600] = 0.9
    audio.say(9_600, samples)
    measurement = audio_meter.measure_audio(audio.mix(200), 200 / 30)
    assert meets_target(measurement)


def test_a_peaky_voice_keeps_its_distance_from_the_music(audio: AudioTimeline) -> None:
    samples = speech(3.0, 0.3)
    samples[::9_600] = 0.9
    audio.say(round(1.5 * RATE), samples)
    audio.play(tone(5000, 4.0), -20.0)
    decoded = decode_file(audio.mix(8 * 30))
    assert loudness(decoded[72_000:216_000]) - loudness(decoded[240_000:284_000]) == pytest.approx(20, abs=1)


def test_narrations_of_unlike_level_come_out_alike(audio: AudioTimeline) -> None:
    audio.say(9_600, speech(3.0, 0.6))
    audio.say(200_000, speech(3.0, 0.12))
    decoded = decode_file(audio.mix(250))
    assert abs(loudness(decoded[9_600:153_600]) - loudness(decoded[200_000:344_000])) < 0.5


def test_music_ducks_under_speech_stays_down_in_short_gaps_and_comes_back_in_long_ones(audio: AudioTimeline) -> None:
    audio.play(tone(5000, 4.0), -6.0)
    audio.say(2 * RATE, speech(2.0))
    audio.say(round(4.4 * RATE), speech(1.6))  # 0.4 s of pause
    audio.say(8 * RATE, speech(2.0))  # 2 s of pause
    decoded = decode_file(audio.mix(13 * 30))
    music_level = level_of_tone(decoded, 5000)

    def music_loudness(level: float) -> float:
        return loudness(tone(5000, 1.0, 10 ** (level / 20)))

    voice = loudness(decoded[2 * RATE : 4 * RATE])
    speaking = np.r_[205:395, 445:595, 805:995]
    assert voice - music_loudness(music_level[speaking].max()) >= 12
    assert music_level[400:440].max() < music_level[speaking].max() + 1
    for pause in (music_level[120:185], music_level[650:780]):
        assert music_loudness(float(np.median(pause))) == pytest.approx(voice - 6, abs=1)
    # down when the first word starts, in 100 ms, without a jump; up again within half a second
    assert music_level[188] == pytest.approx(music_level[150], abs=1)
    assert music_level[201] == pytest.approx(np.median(music_level[205:395]), abs=1)
    assert np.abs(np.diff(music_level[100:1090])).max() < 4
    assert music_level[650] == pytest.approx(np.median(music_level[650:780]), abs=1)


def test_music_fades_in_and_out_but_the_voice_does_not(audio: AudioTimeline) -> None:
    audio.play(tone(5000, 4.0))
    audio.say(0, speech(1.0))
    audio.say(6 * RATE, speech(2.0))
    decoded = decode_file(audio.mix(8 * 30))
    music_level = level_of_tone(decoded, 5000)
    assert music_level[0] < np.median(music_level[250:350]) - 25
    assert music_level[797] < np.median(music_level[250:350]) - 25
    assert loudness(decoded[:RATE]) == pytest.approx(loudness(decoded[7 * RATE :]), abs=1)


def test_music_that_does_not_fit_its_own_start_loops_without_a_click(audio: AudioTimeline) -> None:
    ramp = np.linspace(-0.5, 0.5, RATE)
    audio.play(np.stack([ramp, ramp], axis=1))
    assert audio.music
    with AudioSource(audio.blobs, "bed", RATE, audio.work / "bed.wav", "the music", None, NEVER) as source:
        looped = LoopedAudio(source).read(10, 3 * RATE)
        assert np.abs(np.diff(looped, axis=0)).max() < 2.5 * np.pi / 2 / CROSSFADE_SAMPLES
        # any cut of it is the same audio
        assert np.array_equal(LoopedAudio(source).read(RATE - 1_000, 2_000), looped[RATE - 1_010 : RATE + 990])


def test_the_measurement_of_the_file_is_reported(audio: AudioTimeline) -> None:
    audio.say(9_600, speech(1.0))
    path, measurement, planned = mix_audio(audio.timeline(60), audio.blobs, audio.work, NEVER)
    assert planned == pytest.approx(measurement.integrated_lufs, abs=0.5)
    assert measurement == audio_meter.measure_audio(path, 2.0)


def test_the_same_timeline_gives_the_same_bytes(audio: AudioTimeline) -> None:
    audio.say(9_600, speech(1.0))
    audio.play(music())
    assert audio.mix(60).read_bytes() == audio.mix(60).read_bytes()


def test_a_file_that_cannot_be_written_is_an_error_with_advice(audio: AudioTimeline) -> None:
    (audio.work / "sound.m4a").mkdir()
    with pytest.raises(RenderError, match=r"sound\.m4a") as caught:
        audio.mix(30)
    assert "free space" in caught.value.advice


def test_a_cancelled_mix_stops(audio: AudioTimeline) -> None:
    audio.say(0, speech(0.5))
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        mix_audio(audio.timeline(60), audio.blobs, audio.work, stop)


def test_arguments() -> None:
    assert encode_command(Path("work/sound.m4a"))[1:] == [
        "-f",
        "f32le",
        "-ac",
        "2",
        "-ar",
        "48000",
        "-protocol_whitelist",
        "pipe",
        "-i",
        "pipe:0",
        "-f",
        "ipod",
        "-b:a",
        "192k",
        "-acodec",
        "aac",
        "-fflags",
        "+bitexact",
        "-flags:a",
        "+bitexact",
        "-map_metadata",
        "-1",
        "-movie_timescale",
        "48000",
        "file:work/sound.m4a",
        "-hide_banner",
        "-nostdin",
        "-nostats",
        "-loglevel",
        "error",
        "-y",
    ]


def make_pauses() -> Samples:
    return np.concatenate([tone(440, 3), tone(440, 3, 0.005), np.zeros((RATE, 2)), speech(3)[:, None] * [1, 0.3]])


@pytest.mark.parametrize(
    "samples",
    [tone(997, 3), make_pauses(), np.random.default_rng(2).normal(0, 0.1, (3 * RATE, 2)), tone(60, 3), music()],
    ids=["sine", "with pauses", "noise", "bass", "music"],
)
def test_our_meter_agrees_with_ffmpegs(tmp_path: Path, samples: Samples) -> None:
    (tmp_path / "a.wav").write_bytes(wav(samples))
    theirs = audio_meter.measure_audio(tmp_path / "a.wav", len(samples) / RATE)
    levels = measure_levels(blocks(samples))
    assert measure_loudness(levels.power) == pytest.approx(theirs.integrated_lufs, abs=0.1)
    assert 20 * np.log10(levels.peak.max()) == pytest.approx(theirs.true_peak_dbtp, abs=0.3)


def test_a_peak_between_samples_is_seen() -> None:
    between = 0.5 * np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4)  # every sample is 3 dB below the crest
    levels = measure_levels(blocks(np.stack([between, between], axis=1)))
    assert 20 * np.log10(np.median(levels.peak)) == pytest.approx(20 * np.log10(0.5), abs=0.1)


def test_the_limiter_keeps_true_peaks_under_the_ceiling_and_moves_smoothly() -> None:
    samples = np.stack([speech(4.0, 0.3)] * 2, axis=1)
    samples[50_000::30_000] = 0.99
    levels = measure_levels(blocks(samples))
    gain = levelling_gain(levels, -14, -2)
    louder = samples * interpolate(gain, 0, len(samples))
    after = measure_levels(blocks(louder))
    assert measure_loudness(after.power) == pytest.approx(-14, abs=0.1)
    assert 20 * np.log10(after.peak.max()) < -1.9
    assert np.abs(np.diff(20 * np.log10(gain))).max() < 4  # dB a millisecond


def test_analysing_takes_no_more_memory_for_a_longer_video() -> None:
    def peak(count: int) -> int:
        silence = np.zeros((BLOCK, 2), np.float32)
        tracemalloc.start()
        measure_levels(silence for _ in range(count))
        measurement = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return measurement

    peak(1)  # fills the caches
    assert peak(120) - peak(12) < 8_000_000  # two numbers a millisecond, 150 s against 15 s


def test_silence_has_no_loudness_to_correct() -> None:
    def track(loudness: float, peak: float) -> audio_meter.AudioMeasurement:
        return audio_meter.AudioMeasurement(
            integrated_lufs=loudness, true_peak_dbtp=peak, silences=(), envelope="", errors=()
        )

    assert meets_target(track(audio_meter.SILENT_LUFS, audio_meter.SILENT_DBTP))
    assert meets_target(track(-14.4, -1.0))
    assert not meets_target(track(-14.6, -2.0))
    assert not meets_target(track(-14.0, -0.9))
