"""The song of a lyric video in the finished, encoded mix."""

from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.audio.audio_meter import measure_audio
from gpu_renderer.audio.mixdown import MixedAudio, mix_audio
from gpu_renderer.audio.song_meter import read_song
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.quality_gate import check, list_notices
from tests.fakes import good_facts
from tests.media.audio_timeline import NEVER, RATE, AudioTimeline, Samples, decode_file, loudness, tone, wav
from tests.media.ffmpeg import run_ffmpeg
from tests.media.test_clip_audio import clip, level


@pytest.fixture
def audio(tmp_path: Path) -> AudioTimeline:
    return AudioTimeline(tmp_path)


def mix(audio: AudioTimeline, frames: int) -> MixedAudio:
    return mix_audio(audio.timeline(frames), audio.blobs, audio.work, NEVER)


def beats(seconds: float, level: float = 0.4, strokes: float = 0.5) -> Samples:
    """Return a chord with a stroke of noise every 0.5 s, (samples, 2)."""
    count = round(seconds * RATE)
    at = np.arange(count) / RATE
    noise = np.random.default_rng(3).normal(0, 1, count) * np.exp(-(at % 0.5) * 60)
    chord = sum(np.sin(2 * np.pi * hz * at) for hz in (220, 277, 330)) * 0.15
    samples = noise * strokes + chord
    return np.stack([samples, samples], axis=1) / np.abs(samples).max() * level


def lateness(decoded: Samples, expected: Samples, most_sec: float = 0.1) -> float:
    """Return by how many seconds ``decoded`` comes after ``expected``, by correlation of both."""
    size = 1 << (len(decoded) + len(expected)).bit_length()
    one, other = (np.fft.rfft(samples.mean(axis=1), size) for samples in (decoded, expected))
    match = np.fft.irfft(one * other.conj(), size)
    most = round(most_sec * RATE)
    lags = np.concatenate([match[-most:], match[:most]])
    return float(np.abs(lags).argmax() - most) / RATE


KINDS: dict[str, tuple[str, list[str]]] = {
    "eight channels": ("a.flac", ["-af", "pan=7.1|FL=c0|FR=c1|FC=c0|BL=c0|BR=c1|SL=c0|SR=c1|LFE=c0"]),
    "telephone": ("a.mp3", ["-ar", "8000", "-ac", "1", "-b:a", "16k"]),
    "variable bit rate without header": ("a.mp3", ["-q:a", "4", "-write_xing", "0"]),
    "too loud": ("a.wav", ["-af", "volume=14dB", "-c:a", "pcm_s16le"]),
    "aac": ("a.m4a", ["-c:a", "aac", "-b:a", "128k"]),
    "silence at its ends": ("a.flac", ["-af", "adelay=2000:all=1,apad=pad_dur=3"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_songs_of_every_kind_are_as_loud_as_promised_and_in_step(
    audio: AudioTimeline, tmp_path: Path, kind: str
) -> None:
    name, options = KINDS[kind]
    (tmp_path / "in.wav").write_bytes(wav(beats(5)))
    run_ffmpeg("-i", tmp_path / "in.wav", *options, tmp_path / name)
    expected = decode_file_at_48k(tmp_path / name)
    audio.sing((tmp_path / name).read_bytes(), 4, start_sec=1)
    mixed = mix(audio, 120)
    assert mixed.measurement.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert mixed.measurement.true_peak_dbtp <= -1
    assert abs(lateness(decode_file(mixed.path), expected[RATE : 5 * RATE])) <= 0.005


def decode_file_at_48k(path: Path) -> Samples:
    """Return what ffmpeg's own program hears in a file of any rate."""
    raw = run_ffmpeg("-i", path, "-map", "0:a:0", "-ac", "2", "-ar", f"{RATE}", "-f", "f32le", "-")
    return np.frombuffer(raw, "<f4").reshape(-1, 2).astype(np.float64)


def test_a_song_with_album_art_has_its_sound(audio: AudioTimeline, tmp_path: Path) -> None:
    (tmp_path / "in.wav").write_bytes(wav(beats(4)))
    run_ffmpeg("-f", "lavfi", "-i", "color=red:s=300x300", "-frames:v", "1", tmp_path / "art.png")
    art = ["-map", "1", "-map", "0", "-c:v", "copy", "-disposition:v", "attached_pic", "-id3v2_version", "3"]
    run_ffmpeg("-i", tmp_path / "in.wav", "-i", tmp_path / "art.png", *art, tmp_path / "a.mp3")
    audio.sing((tmp_path / "a.mp3").read_bytes(), 4)
    assert abs(lateness(decode_file(mix(audio, 120).path), beats(4))) <= 0.005


def test_a_song_whose_sample_rate_changes_inside_goes_on(audio: AudioTimeline, tmp_path: Path) -> None:
    parts = []
    for number, (hz, rate) in enumerate(((500, 44_100), (900, 22_050), (1_300, 48_000))):
        path = tmp_path / f"{number}.mp3"
        run_ffmpeg(
            "-f", "lavfi", "-i", f"sine=frequency={hz}:duration=2:sample_rate={rate}", "-ac", f"{1 + number % 2}", path
        )
        parts.append(path.read_bytes())
    audio.sing(b"".join(parts), 5.8)
    decoded = decode_file(mix(audio, 174).path)
    for at, hz in ((0.5, 500), (2.6, 900), (4.8, 1_300)):
        assert level(decoded, hz, at, 0.8) > -20
        assert all(level(decoded, other, at, 0.8) < -60 for other in (500, 900, 1_300) if other != hz)


def test_the_dynamics_of_a_song_stay(audio: AudioTimeline) -> None:
    """The verse is 12 dB softer than the chorus; before and after, and between two strokes, the gain is the same."""
    song = beats(8, strokes=0.1)
    song[: 4 * RATE] *= 10 ** (-12 / 20)
    audio.sing(wav(song), 8)
    decoded = decode_file(mix(audio, 240).path)
    gains = [level(decoded, 277, at, 0.2) - level(song, 277, at, 0.2) for at in np.arange(0.2, 7.7, 0.25)]
    assert max(gains) - min(gains) < 0.5


def test_a_song_of_large_dynamics_stays_softer_than_others_instead_of_being_squeezed(audio: AudioTimeline) -> None:
    count = 10 * RATE
    strokes = np.random.default_rng(1).normal(0, 0.01, (count, 2))
    for at in range(0, count - 4_800, RATE // 2):
        strokes[at : at + 4_800] += (
            0.9 * np.sin(np.arange(4_800) / 3)[:, None] * np.exp(-np.arange(4_800) / 300)[:, None]
        )
    audio.sing(wav(np.clip(strokes, -1, 1)), 10)
    mixed = mix(audio, 300)
    assert -24 < mixed.measurement.integrated_lufs < -14.4
    assert mixed.planned_lufs == pytest.approx(mixed.measurement.integrated_lufs, abs=0.5)


def test_a_song_is_not_lowered_under_clips_and_clips_lie_under_it(audio: AudioTimeline, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 4, "sine=frequency=3000:duration=4", filters="volume=-6dB")
    audio.sing(wav(beats(12)), 12)
    audio.show(path, 4.0, start=2.0, ducked=True)
    audio.show(path, 4.0, start=7.0, volume_db=-6)
    decoded = decode_file(mix(audio, 360).path)
    alone, over_clip, with_clip = (level(decoded, 277, at, 1.0) for at in (0.3, 3.3, 8.3))
    assert over_clip == pytest.approx(alone, abs=0.5)
    assert with_clip == pytest.approx(alone, abs=1)
    under, kept = level(decoded, 3_000, 3, 2), level(decoded, 3_000, 8, 2)
    assert loudness(decoded) == pytest.approx(-14, abs=0.5)
    assert kept - under == pytest.approx(12, abs=1.5)
    assert under < -30


def test_a_song_fades_where_its_part_begins_and_ends(audio: AudioTimeline) -> None:
    audio.sing(wav(tone(440, 10)), 6, start_sec=2, fade_in=1.0, fade_out=2.0)
    decoded = decode_file(mix(audio, 180).path)
    levels = [level(decoded, 440, at, 0.2) for at in (0.0, 0.4, 2.5, 4.9, 5.7)]
    assert levels[0] < levels[1] - 6 < levels[2] - 6
    assert levels[2] - levels[1] == pytest.approx(3, abs=1)  # half of the power in the middle
    assert levels[2] - levels[3] == pytest.approx(3, abs=1)
    assert levels[4] < levels[2] - 12


def test_a_song_ends_before_the_video_does(audio: AudioTimeline) -> None:
    audio.sing(wav(tone(440, 3)), 3)
    decoded = decode_file(mix(audio, 150).path)
    assert level(decoded, 440, 1, 1) > -20
    assert np.abs(decoded[round(3.1 * RATE) :]).max() < 1e-3


def test_a_silent_song_is_a_silent_video(audio: AudioTimeline) -> None:
    audio.sing(wav(np.zeros((3 * RATE, 2))), 3)
    assert mix(audio, 90).measurement.integrated_lufs == -70


def test_a_song_that_is_gone_or_cut_off_is_named(audio: AudioTimeline) -> None:
    audio.sing(wav(tone(440, 3)), 6)
    with pytest.raises(RenderError, match="cannot use the song: lead has 144000 samples"):
        mix(audio, 180)
    audio.blobs.delete("lead")
    with pytest.raises(RenderError, match="cannot use the song: there is no file"):
        mix(audio, 180)


def judge(audio: AudioTimeline, samples: Samples, tmp_path: Path) -> tuple[set[str], str]:
    """Return the rules about the song that the audio ``samples`` break, and the notices."""
    (tmp_path / "judged.wav").write_bytes(wav(samples))
    timeline = audio.timeline(round(len(samples) / RATE * 30))
    measurement = measure_audio(tmp_path / "judged.wav", timeline.duration_sec, NEVER)
    song = read_song(timeline, audio.blobs, audio.work, NEVER)
    assert song is not None
    facts = good_facts(timeline).evolve(
        silences=measurement.silences, song=song.match(measurement), source_silent=song.find_silences(measurement)
    )
    results = check(facts, timeline)
    return {result.rule for result in results if "song" in result.rule and not result.ok}, " ".join(
        list_notices(results)
    )


def test_the_gate_hears_a_wrong_song(audio: AudioTimeline, tmp_path: Path) -> None:
    song = beats(8, strokes=2.0)
    audio.sing(wav(song), 6, start_sec=1, fade_in=0.25, fade_out=1)
    decoded = decode_file(mix(audio, 180).path)[: 6 * RATE]
    assert judge(audio, decoded, tmp_path) == (set(), "")
    late = np.pad(decoded, ((round(0.12 * RATE), 0), (0, 0)))[: 6 * RATE]
    assert judge(audio, late, tmp_path)[0] == {"song in step"}
    muted = decoded.copy()
    muted[RATE : 5 * RATE] = 0
    assert judge(audio, muted, tmp_path)[0] == {"song heard"}
    assert judge(audio, np.zeros_like(decoded), tmp_path)[0] == {"song heard"}
    other = np.random.default_rng(1).normal(0, 0.1, (6, 10, 1)) ** 2 * np.ones((1, 1, RATE // 10))
    assert judge(audio, np.stack([other.ravel() * np.sign(np.sin(np.arange(6 * RATE)))] * 2, axis=1), tmp_path)[0]


def test_a_silence_of_the_song_itself_passes_with_a_notice(audio: AudioTimeline, tmp_path: Path) -> None:
    song = beats(8, strokes=2.0)
    song[2 * RATE : 6 * RATE] *= 1e-4
    audio.sing(wav(song), 7.5, start_sec=0.5)
    decoded = decode_file(mix(audio, 345).path)[: round(11.5 * RATE)]
    broken, notices = judge(audio, decoded, tmp_path)
    assert not broken
    assert notices.startswith("The song is silent for 4.")
