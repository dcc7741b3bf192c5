"""Clips' own audio and users' songs in the finished, encoded mix."""

from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.audio.mixdown import mix_audio
from sutradhar.domain.core.errors import RenderError
from tests.media.audio_timeline import NEVER, RATE, AudioTimeline, Samples, decode_file, loudness, speech, tone, wav
from tests.media.clips import X264
from tests.media.ffmpeg import run_ffmpeg


@pytest.fixture
def audio(tmp_path: Path) -> AudioTimeline:
    return AudioTimeline(tmp_path)


def clip(path: Path, seconds: int, source: str, *options: str, filters: str = "anull") -> Path:
    inputs = ["-f", "lavfi", "-i", f"color=gray:s=64x64:r=25:d={seconds}", "-f", "lavfi", "-i", source]
    graph = ["-filter_complex", f"[1]{filters}[a]", "-map", "0", "-map", "[a]"]
    run_ffmpeg(*inputs, *graph, *X264, *options, path)
    return path


def steps(seconds: int, rate: int = 44_100) -> str:
    """Write a tone whose frequency tells the second of the file: 300 Hz, 400 Hz ..."""
    return f"aevalsrc='0.3*sin(2*PI*(300+100*floor(t))*t)':d={seconds}:s={rate}"


def pitches(decoded: Samples, at: float, seconds: float) -> list[int]:
    """Return the loudest frequency in every tenth of a second; 0: silence."""
    heard_pitches = []
    for n in range(round(seconds * 10)):
        part = decoded[round((at + n / 10) * RATE) :][:4_800].mean(axis=1)
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        heard_pitches.append(int(round(spectrum.argmax() * 10, -1)) if spectrum.max() > 5 else 0)
    return heard_pitches


def level(decoded: Samples, hz: float, start: float, seconds: float) -> float:
    """Return the level of the tone in dBFS."""
    part = decoded[round(start * RATE) : round((start + seconds) * RATE)].mean(axis=1)
    window = np.hanning(len(part))
    turned = part * window * np.exp(-2j * np.pi * hz * np.arange(len(part)) / RATE)
    return float(20 * np.log10(max(2 * abs(turned.sum()) / window.sum(), 1e-6)))


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
@pytest.mark.parametrize("start", [0.0, 3.3, 13.0])
def test_a_clips_sound_is_in_step_with_its_frames(
    audio: AudioTimeline, tmp_path: Path, name: str, start: float
) -> None:
    """The microphone of this clip was switched on after half a second."""
    path = clip(tmp_path / name, 17, steps(16), filters="asetpts=PTS+0.5/TB")
    audio.show(path, 3.0, source_start=start)
    decoded = decode_file(audio.mix(90))
    expected = [(300 + 100 * int(start + n / 10 + 0.05 - 0.5)) if start + n / 10 >= 0.5 else 0 for n in range(30)]
    heard_pitches = pitches(decoded, 0, 3.0)
    edges = {n for n in range(30) if n and expected[n] != expected[n - 1]}
    assert [f for n, f in enumerate(heard_pitches) if not {n, n + 1} & edges and 0 < n < 29] == [
        e for n, e in enumerate(expected) if not {n, n + 1} & edges and 0 < n < 29
    ]


def test_a_hole_in_a_recording_stays_a_hole(audio: AudioTimeline, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mkv", 8, steps(8), "-c:a", "flac", filters="aselect='not(between(t,2,4))'")
    audio.show(path, 8.0)
    heard_pitches = pitches(decode_file(audio.mix(240)), 0, 8.0)
    assert heard_pitches[12:18] == [400] * 6
    assert heard_pitches[23:38] == [0] * 15
    assert heard_pitches[52:58] == [800] * 6


def test_a_clip_is_as_loud_as_a_narration_and_the_music_goes_down_under_it(
    audio: AudioTimeline, tmp_path: Path
) -> None:
    path = clip(tmp_path / "a.mp4", 6, "sine=frequency=440:duration=6", filters="volume=-24dB")
    audio.play(tone(6_000, 4.0))
    audio.show(path, 6.0, start=4.0)
    decoded = decode_file(audio.mix(420))
    assert loudness(decoded[5 * RATE : 9 * RATE]) == pytest.approx(-14, abs=1.5)
    alone, under, after = (level(decoded, 6_000, at, 1.5) for at in (1.5, 6.0, 11.5))
    assert alone - under == pytest.approx(6, abs=1)
    assert alone == pytest.approx(after, abs=1)
    assert level(decoded, 440, 1.0, 2.0) < -80


def test_a_clip_under_a_narration_is_far_below_it_and_comes_back(audio: AudioTimeline, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 12, "sine=frequency=5000:duration=12")
    audio.say(round(1.5 * RATE), speech(5.0))
    audio.show(path, 12.0, ducked=True)
    decoded = decode_file(audio.mix(360))
    narration, free = level(decoded, 5_000, 3.0, 2.0), level(decoded, 5_000, 8.5, 2.0)
    assert free - narration > 14
    assert loudness(decoded[9 * RATE : 11 * RATE]) == pytest.approx(-14, abs=3)
    (tmp_path / "kept").mkdir()
    kept = AudioTimeline(tmp_path / "kept")
    kept.say(round(1.5 * RATE), speech(5.0))
    kept.show(path, 12.0)
    decoded = decode_file(kept.mix(360))
    assert level(decoded, 5_000, 3.0, 2.0) == pytest.approx(level(decoded, 5_000, 8.5, 2.0), abs=1)


def test_a_clip_is_not_heard_for_a_moment_before_the_narration(audio: AudioTimeline, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 4, "sine=frequency=5000:duration=4")
    audio.say(round(0.4 * RATE), speech(3.2))
    audio.show(path, 4.0, ducked=True)
    decoded = decode_file(audio.mix(120))
    levels = [level(decoded, 5_000, at, 0.1) for at in (0.05, 0.2, 1.5, 3.8)]
    assert max(levels) - min(levels) < 4


def test_parts_of_one_clip_keep_their_balance(audio: AudioTimeline, tmp_path: Path) -> None:
    """A loud word and a soft one of the same interview, cut into two scenes."""
    path = clip(tmp_path / "a.mp4", 6, "aevalsrc='if(lt(t,3),0.4,0.1)*sin(2*PI*440*t)':d=6:s=48000")
    audio.show(path, 3.0)
    audio.show(path, 3.0, start=3.0, source_start=3.0)
    decoded = decode_file(audio.mix(180))
    assert level(decoded, 440, 0.5, 2.0) - level(decoded, 440, 3.5, 2.0) == pytest.approx(12, abs=1)


def test_volume_lowers_a_clip_against_the_voice(audio: AudioTimeline, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 4, "sine=frequency=440:duration=4")
    audio.say(0, speech(4.0))
    audio.show(path, 4.0, start=4.5, volume_db=-20)
    decoded = decode_file(audio.mix(270))
    assert loudness(decoded[5 * RATE : 8 * RATE]) == pytest.approx(loudness(decoded[: 4 * RATE]) - 20, abs=2)


def test_a_nearly_silent_clip_is_not_blown_up(audio: AudioTimeline, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 4, "sine=frequency=440:duration=4", filters="volume=-45dB")
    audio.show(path, 4.0)
    assert level(decode_file(audio.mix(120)), 440, 1.0, 2.0) < -35


def test_a_clip_that_starts_again_sounds_again_without_a_click(audio: AudioTimeline, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 4, steps(4))
    audio.show(path, 6.0, source_start=1.0, period=2.0)
    decoded = decode_file(audio.mix(180))
    heard_pitches = pitches(decoded, 0, 6.0)
    assert heard_pitches[2:8] + heard_pitches[22:28] + heard_pitches[42:48] == [400] * 18
    assert heard_pitches[12:18] + heard_pitches[32:38] == [500] * 12
    steepest = np.abs(np.diff(decoded, axis=0)).max()
    assert steepest < 1.6 * 2 * np.pi * 500 / RATE * np.abs(decoded).max()


def test_a_clip_without_sound_is_named(audio: AudioTimeline, tmp_path: Path) -> None:
    path = tmp_path / "mute.mp4"
    argv = ["-f", "lavfi", "-i", "color=gray:s=64x64:r=25:d=1", "-pix_fmt", "yuv420p", str(path)]
    run_ffmpeg(*argv)
    audio.show(path, 1.0)
    with pytest.raises(RenderError, match="the sound of the clip of scene 1"):
        audio.mix(30)


def test_a_song_opens_with_its_own_start_without_a_crossfade(audio: AudioTimeline) -> None:
    song = np.concatenate([tone(330, 20), tone(1_000, 2, 0.6)])
    audio.song(wav(song), 8)
    decoded = decode_file(audio.mix(240))
    assert level(decoded, 330, 1, 2) > level(decoded, 1_000, 1, 2) + 60
    assert level(decoded, 1_000, 0, 8) < -80


def test_a_song_starts_where_it_is_to_start(audio: AudioTimeline, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    run_ffmpeg("-f", "lavfi", "-i", steps(20), path)
    audio.song(path.read_bytes(), 5, start_sec=12)
    heard_pitches = pitches(decode_file(audio.mix(150)), 0, 3.0)
    assert heard_pitches[3:9] == [1500] * 6
    assert heard_pitches[12:18] == [1600] * 6


def test_a_song_shorter_than_the_video_crosses_into_its_start(audio: AudioTimeline) -> None:
    """During the crossfade both are heard, and the level stays."""
    audio.song(wav(np.concatenate([tone(500, 4), tone(900, 4)])), 8, crossfade_sec=2)
    decoded = decode_file(audio.mix(600))
    heard_pitches = pitches(decoded, 0, 18)
    assert heard_pitches[12:38] == [500] * 26
    assert heard_pitches[42:58] == [900] * 16
    assert heard_pitches[82:98] == [500] * 16
    powers = [np.square(decoded[round(at * RATE) :][: RATE // 2]).mean() for at in np.arange(3, 16, 0.5)]
    assert max(powers) / min(powers) < 2
    assert level(decoded, 500, 6.8, 0.4) > -40
    assert level(decoded, 900, 6.8, 0.4) > -40


def test_the_sound_of_a_video_can_be_music(audio: AudioTimeline, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 9, steps(9))
    audio.song(path.read_bytes(), 4, start_sec=5)
    assert pitches(decode_file(audio.mix(120)), 0, 2.0)[3:9] == [800] * 6


def test_a_long_song_uses_memory_and_disk_only_for_its_heard_part(audio: AudioTimeline, tmp_path: Path) -> None:
    path = tmp_path / "long.ogg"
    source = "aevalsrc='0.2*sin(2*PI*if(lt(t,660),300,500)*t)':d=720:s=8000"
    run_ffmpeg("-f", "lavfi", "-i", source, "-b:a", "16k", path)
    audio.song(path.read_bytes(), 10, start_sec=658)
    decoded = decode_file(audio.mix(300))
    assert level(decoded, 300, 1.0, 0.8) > level(decoded, 500, 1.0, 0.8) + 40
    assert level(decoded, 500, 4.0, 2.0) > level(decoded, 300, 4.0, 2.0) + 40
    assert max(file.stat().st_size for file in audio.work.iterdir()) < 11 * RATE * 8


def test_the_sound_is_the_same_in_every_order_of_reading(audio: AudioTimeline, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 3, steps(3))
    audio.show(path, 3.0)
    first = mix_audio(audio.timeline(90), audio.blobs, audio.work, NEVER)[0].read_bytes()
    assert audio.mix(90).read_bytes() == first
