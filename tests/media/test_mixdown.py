"""The mix is judged on the encoded file, decoded as a player does."""

import json
import subprocess
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.audio import audio_meter
from gpu_renderer.audio.audio_source import AudioSource
from gpu_renderer.audio.ducking import CROSSFADE_SAMPLES, LoopedAudio, interpolate
from gpu_renderer.audio.loudness import BLOCK, levelling_gain, measure_levels, measure_loudness
from gpu_renderer.audio.mixdown import encode_command, meets_target, mix_audio
from gpu_renderer.core.ffmpeg_process import Cancelled, program
from sutradhar.domain.core.errors import RenderError
from tests.media.soundtrack import NEVER, RATE, Film, Samples, blocks, decoded, loudness, speech, tone, wav


@pytest.fixture
def film(tmp_path: Path) -> Film:
    return Film(tmp_path)


def probe(path: Path) -> dict[str, str]:
    argv = [program("ffprobe"), "-v", "error", "-show_streams", "-of", "json", str(path)]
    stream: dict[str, str] = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)["streams"][0]
    return stream


def level_of_tone(sound: Samples, frequency: float) -> Samples:
    """Amplitude in dB of the tone in every 10 ms, over windows of 20 ms."""
    turned = sound.mean(axis=1) * np.exp(-2j * np.pi * frequency * np.arange(len(sound)) / RATE)
    parts = turned[: len(turned) // 480 * 480].reshape(-1, 480).mean(axis=1)
    return np.asarray(20 * np.log10(np.abs(parts[1:] + parts[:-1]) + 1e-9))


@pytest.mark.parametrize(("frames", "fps"), [(1, 30), (100, 24), (77, 30), (61, 60)])
def test_the_file_is_exactly_as_long_as_the_film_and_silent_without_voice_or_bed(
    film: Film, frames: int, fps: int
) -> None:
    path = film.mix(frames, fps)
    samples = film.timeline(frames, fps).samples
    facts = probe(path)
    assert (facts["codec_name"], facts["profile"]) == ("aac", "LC")
    assert (facts["sample_rate"], facts["channels"], facts["time_base"]) == ("48000", 2, "1/48000")
    assert (facts["start_pts"], facts["duration_ts"]) == (0, samples)
    heard = decoded(path)
    # this ffmpeg plays the last packet to its end, past the edit list
    assert samples <= len(heard) < samples + 1024
    assert not heard.any()


def test_voices_are_placed_to_the_sample(film: Film) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 24_000))
    starts = (9_601, 100_003)
    for start, sound in zip(starts, noise, strict=True):
        film.say(start, sound)
    heard = decoded(film.mix(150)).mean(axis=1)
    for start, sound in zip(starts, noise, strict=True):
        match = np.correlate(heard[start - 500 : start + len(sound) + 500], sound, "valid")
        assert int(np.argmax(match)) - 500 == 0
        assert match.max() > 0.85 * np.linalg.norm(sound) * np.linalg.norm(heard[start : start + len(sound)])


def music() -> Samples:
    t = np.arange(5 * RATE) / RATE
    left = sum(0.1 * np.sin(2 * np.pi * f * t) for f in (200, 300, 400, 501)) * (1 + 0.5 * np.sin(2 * np.pi * 2 * t))
    return np.stack([left, np.roll(left, 300)], axis=1)


@pytest.mark.parametrize(
    ("said", "volume_db"),
    [(True, -12.0), (True, 0.0), (True, None), (False, -12.0)],
    ids=["voice and bed", "loud bed", "voice only", "bed only"],
)
def test_the_encoded_file_has_the_promised_loudness_and_true_peak(
    film: Film, said: bool, volume_db: float | None
) -> None:
    if said:
        film.say(9_600, speech(3.0))
        film.say(200_000, speech(4.0))
    if volume_db is not None:
        film.play(music(), volume_db)
    found = audio_meter.measure_audio(film.mix(300), 10.0)
    assert found.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert found.true_peak_dbtp <= -1


def test_peaky_speech_is_limited_and_still_loud_enough(film: Film) -> None:
    sound = speech(5.0, 0.3)
    sound[::9_600] = 0.9
    film.say(9_600, sound)
    found = audio_meter.measure_audio(film.mix(200), 200 / 30)
    assert meets_target(found)


def test_a_peaky_voice_keeps_its_distance_from_the_bed(film: Film) -> None:
    sound = speech(3.0, 0.3)
    sound[::9_600] = 0.9
    film.say(round(1.5 * RATE), sound)
    film.play(tone(5000, 4.0), -20.0)
    heard = decoded(film.mix(8 * 30))
    assert loudness(heard[72_000:216_000]) - loudness(heard[240_000:284_000]) == pytest.approx(20, abs=1)


def test_narrations_of_unlike_level_come_out_alike(film: Film) -> None:
    film.say(9_600, speech(3.0, 0.6))
    film.say(200_000, speech(3.0, 0.12))
    heard = decoded(film.mix(250))
    assert abs(loudness(heard[9_600:153_600]) - loudness(heard[200_000:344_000])) < 0.5


def test_the_bed_ducks_under_speech_stays_down_in_short_gaps_and_comes_back_in_long_ones(film: Film) -> None:
    film.play(tone(5000, 4.0), -6.0)
    film.say(2 * RATE, speech(2.0))
    film.say(round(4.4 * RATE), speech(1.6))  # 0.4 s of pause
    film.say(8 * RATE, speech(2.0))  # 2 s of pause
    heard = decoded(film.mix(13 * 30))
    bed = level_of_tone(heard, 5000)

    def bed_loudness(level: float) -> float:
        return loudness(tone(5000, 1.0, 10 ** (level / 20)))

    voice = loudness(heard[2 * RATE : 4 * RATE])
    speaking = np.r_[205:395, 445:595, 805:995]
    assert voice - bed_loudness(bed[speaking].max()) >= 12
    assert bed[400:440].max() < bed[speaking].max() + 1
    for pause in (bed[120:185], bed[650:780]):
        assert bed_loudness(float(np.median(pause))) == pytest.approx(voice - 6, abs=1)
    # down when the first word starts, in 100 ms, without a jump; up again within half a second
    assert bed[188] == pytest.approx(bed[150], abs=1)
    assert bed[201] == pytest.approx(np.median(bed[205:395]), abs=1)
    assert np.abs(np.diff(bed[100:1090])).max() < 4
    assert bed[650] == pytest.approx(np.median(bed[650:780]), abs=1)


def test_the_bed_fades_in_and_out_but_the_voice_does_not(film: Film) -> None:
    film.play(tone(5000, 4.0))
    film.say(0, speech(1.0))
    film.say(6 * RATE, speech(2.0))
    heard = decoded(film.mix(8 * 30))
    bed = level_of_tone(heard, 5000)
    assert bed[0] < np.median(bed[250:350]) - 25
    assert bed[797] < np.median(bed[250:350]) - 25
    assert loudness(heard[:RATE]) == pytest.approx(loudness(heard[7 * RATE :]), abs=1)


def test_a_bed_that_does_not_fit_its_own_start_loops_without_a_click(film: Film) -> None:
    ramp = np.linspace(-0.5, 0.5, RATE)
    film.play(np.stack([ramp, ramp], axis=1))
    assert film.bed
    with AudioSource(film.blobs, "bed", RATE, film.work / "bed.wav", "the music", None, NEVER) as recording:
        looped = LoopedAudio(recording).read(10, 3 * RATE)
        assert np.abs(np.diff(looped, axis=0)).max() < 2.5 * np.pi / 2 / CROSSFADE_SAMPLES
        # any cut of it is the same sound
        assert np.array_equal(LoopedAudio(recording).read(RATE - 1_000, 2_000), looped[RATE - 1_010 : RATE + 990])


def test_what_the_file_measures_is_reported(film: Film) -> None:
    film.say(9_600, speech(1.0))
    path, found, planned = mix_audio(film.timeline(60), film.blobs, film.work, NEVER)
    assert planned == pytest.approx(found.integrated_lufs, abs=0.5)
    assert found == audio_meter.measure_audio(path, 2.0)


def test_the_same_film_gives_the_same_bytes(film: Film) -> None:
    film.say(9_600, speech(1.0))
    film.play(music())
    assert film.mix(60).read_bytes() == film.mix(60).read_bytes()


def test_a_file_that_cannot_be_written_is_an_error_with_advice(film: Film) -> None:
    (film.work / "sound.m4a").mkdir()
    with pytest.raises(RenderError, match=r"sound\.m4a") as caught:
        film.mix(30)
    assert "free space" in caught.value.advice


def test_a_cancelled_mix_stops(film: Film) -> None:
    film.say(0, speech(0.5))
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        mix_audio(film.timeline(60), film.blobs, film.work, stop)


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


def gated() -> Samples:
    return np.concatenate([tone(440, 3), tone(440, 3, 0.005), np.zeros((RATE, 2)), speech(3)[:, None] * [1, 0.3]])


@pytest.mark.parametrize(
    "sound",
    [tone(997, 3), gated(), np.random.default_rng(2).normal(0, 0.1, (3 * RATE, 2)), tone(60, 3), music()],
    ids=["sine", "with pauses", "noise", "bass", "music"],
)
def test_our_meter_agrees_with_ffmpegs(tmp_path: Path, sound: Samples) -> None:
    (tmp_path / "a.wav").write_bytes(wav(sound))
    theirs = audio_meter.measure_audio(tmp_path / "a.wav", len(sound) / RATE)
    levels = measure_levels(blocks(sound))
    assert measure_loudness(levels.power) == pytest.approx(theirs.integrated_lufs, abs=0.1)
    assert 20 * np.log10(levels.peak.max()) == pytest.approx(theirs.true_peak_dbtp, abs=0.3)


def test_a_peak_between_samples_is_seen() -> None:
    between = 0.5 * np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4)  # every sample is 3 dB below the crest
    levels = measure_levels(blocks(np.stack([between, between], axis=1)))
    assert 20 * np.log10(np.median(levels.peak)) == pytest.approx(20 * np.log10(0.5), abs=0.1)


def test_the_limiter_keeps_true_peaks_under_the_ceiling_and_moves_smoothly() -> None:
    sound = np.stack([speech(4.0, 0.3)] * 2, axis=1)
    sound[50_000::30_000] = 0.99
    levels = measure_levels(blocks(sound))
    gain = levelling_gain(levels, -14, -2)
    louder = sound * interpolate(gain, 0, len(sound))
    after = measure_levels(blocks(louder))
    assert measure_loudness(after.power) == pytest.approx(-14, abs=0.1)
    assert 20 * np.log10(after.peak.max()) < -1.9
    assert np.abs(np.diff(20 * np.log10(gain))).max() < 4  # dB a millisecond


def test_analysing_takes_no_more_memory_for_a_longer_film() -> None:
    def peak(count: int) -> int:
        silence = np.zeros((BLOCK, 2), np.float32)
        tracemalloc.start()
        measure_levels(silence for _ in range(count))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

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
