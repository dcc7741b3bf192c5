"""Audio files of all usual kinds: ffmpeg writes them, and the samples that are read must be those that went in."""

from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.audio.audio_source import TOLERANCE, AudioSource, count_samples
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import MediaRef, NarrationClip
from tests.media.audio_timeline import NEVER, RATE, AudioTimeline, Samples, speech, wav
from tests.media.ffmpeg import run_ffmpeg


def write_audio(folder: Path, name: str, *arguments: str, source: str = "sine=f=440:d=1:r=48000") -> Path:
    """Write ``name`` in ``folder`` by ffmpeg, from the lavfi graph ``source``."""
    path = folder / name
    run_ffmpeg("-f", "lavfi", "-i", source, *arguments, path)
    return path


def read(folder: Path, path: Path, samples: int) -> Samples:
    blobs = FileBlobStore(folder / "blobs")
    blobs.put_file("sound", path)
    work = folder / "work"
    work.mkdir(exist_ok=True)
    with AudioSource(blobs, "sound", samples, work / "a.wav", "the music", None, NEVER) as source:
        return source.read(0, samples).astype(np.float64)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.wav", ["-ar", "8000"]),
        ("a.wav", ["-ar", "44100", "-ac", "2"]),
        ("a.wav", ["-c:a", "pcm_s24le"]),
        ("a.wav", ["-c:a", "pcm_f32le"]),
        ("a.wav", ["-c:a", "pcm_u8"]),
        ("a.wav", ["-ac", "2"]),
        ("a.flac", []),
        ("a.ogg", ["-c:a", "libvorbis"]),
        ("a.opus", []),
        ("a.mp3", []),
        ("a.m4a", []),
        ("a.aiff", []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_every_usual_form_of_a_file_is_heard_alike(tmp_path: Path, name: str, arguments: list[str]) -> None:
    path = write_audio(tmp_path, name, *arguments)
    samples = count_samples(path, NEVER)
    assert abs(samples - RATE) < 1_200  # some forms come in whole frames
    decoded = read(tmp_path, path, samples)[: RATE - 1_200]
    assert decoded[:, 0] == pytest.approx(decoded[:, 1], abs=0.02)
    # ffmpeg's sine has an amplitude of 1/8
    sine = np.sin(2 * np.pi * 440 * np.arange(len(decoded)) / RATE) / 8
    middle = slice(4_800, -4_800)
    scale = np.sqrt((decoded[middle] ** 2).mean() / (sine[middle] ** 2).mean())
    assert 0.66 < scale < 1.02  # mixed to stereo, mono is 3 dB down; every sound is levelled anyway
    assert np.abs(decoded[middle, 0] - scale * sine[middle]).max() < 0.012


def test_all_channels_of_eight_loudspeakers_are_heard_on_their_side(tmp_path: Path) -> None:
    tones = "|".join(f"0.1*sin(2*PI*{300 + 200 * i}*t)" for i in range(8))
    path = write_audio(tmp_path, "a.wav", "-c:a", "pcm_s24le", source=f"aevalsrc={tones}:c=7.1:s=48000:d=1")
    decoded = read(tmp_path, path, RATE)
    spectrum = np.abs(np.fft.rfft(decoded, axis=0)) / (RATE / 2)
    # front left and right, centre, LFE, back, side (ITU-R BS.775: 3 dB less for what is not in front)
    left, right = spectrum[[300 + 200 * i for i in range(8)]].T / 0.1
    assert left == pytest.approx([1, 0, 0.707, 0, 0.707, 0, 0.707, 0], abs=0.01)
    assert right == pytest.approx([0, 1, 0.707, 0, 0, 0.707, 0, 0.707], abs=0.01)


def test_a_float_file_keeps_what_is_over_full_scale_and_loses_what_is_no_number(tmp_path: Path) -> None:
    loud = 2.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype("<f4")
    loud[1_000] = np.nan
    loud[2_000] = np.inf
    (tmp_path / "a.f32").write_bytes(loud.tobytes())
    form = ["-f", "f32le", "-ar", "48000", "-ac", "1", "-i", str(tmp_path / "a.f32"), "-c", "copy"]
    run_ffmpeg(*form, tmp_path / "a.wav")
    decoded = read(tmp_path, tmp_path / "a.wav", RATE)
    assert np.isfinite(decoded).all()
    assert np.abs(decoded[4_800:]).max() > 1.7


@pytest.mark.parametrize(("length", "asked"), [(RATE, RATE + 300), (RATE, RATE - 300)], ids=["shorter", "longer"])
def test_a_few_milliseconds_are_filled_up_or_cut(tmp_path: Path, length: int, asked: int) -> None:
    (tmp_path / "a.wav").write_bytes(wav(speech(length / RATE)))
    decoded = read(tmp_path, tmp_path / "a.wav", asked)
    assert len(decoded) == asked
    assert not decoded[length:].any()


@pytest.mark.parametrize("count", [RATE - TOLERANCE - 1, RATE + TOLERANCE + 1, 5 * RATE])
def test_another_length_than_the_timeline_says_is_an_error(tmp_path: Path, count: int) -> None:
    for path in (tmp_path / "a.wav", write_audio(tmp_path, "a.flac", source=f"sine=d={count / RATE:.6f}:r=48000")):
        if path.suffix == ".wav":
            path.write_bytes(wav(speech(count / RATE)))
        with pytest.raises(RenderError, match=r"has \d+ (or more )?samples at 48 kHz, the timeline says 48000"):
            read(tmp_path, path, RATE)


def write_broken_files(folder: Path) -> dict[str, tuple[bytes | None, str]]:
    five_frames = ["-frames:v", "5"]
    mute = write_audio(folder, "mute.mp4", *five_frames, source="color=s=64x64").read_bytes()
    flac = write_audio(folder, "whole.flac").read_bytes()
    return {
        "missing": (None, "there is no file"),
        "empty": (b"", "it is empty"),
        "text": (b"ID3 no sound at all" * 50, "it is a text file"),
        "playlist": (b"#EXTM3U\n#EXTINF:1,\nvoice-0\n", "it is a playlist"),
        "a silent video": (mute, "it has no sound"),
        "cut off WAV": (wav(speech(1.0))[:-50_000], "the timeline says 48000"),
        "cut off FLAC": (flac[: len(flac) // 2], "the timeline says 48000|damaged"),
    }


@pytest.mark.parametrize(
    "kind", ["missing", "empty", "text", "playlist", "a silent video", "cut off WAV", "cut off FLAC"]
)
def test_a_narration_that_cannot_be_used_is_named(tmp_path: Path, kind: str) -> None:
    data, reason = write_broken_files(tmp_path)[kind]
    audio = AudioTimeline(tmp_path)
    audio.say(0, speech(0.5))
    audio.narrations.append(NarrationClip(scene=4, start=RATE, samples=RATE, media=MediaRef(blob="broken", sha256="")))
    if data is not None:
        audio.blobs.put("broken", data)
    with pytest.raises(RenderError, match=reason) as caught:
        audio.mix(90)
    assert (caught.value.stage, caught.value.scene) == ("sound", 4)
    assert "the narration of scene 5" in str(caught.value)
    assert "replace it" in caught.value.advice


def test_an_mp3_is_a_voice_like_any_other(tmp_path: Path) -> None:
    audio = AudioTimeline(tmp_path)
    (tmp_path / "a.wav").write_bytes(wav(speech(1.0)))
    mp3 = tmp_path / "a.mp3"
    run_ffmpeg("-i", tmp_path / "a.wav", "-b:a", "128k", mp3)
    audio.blobs.put_file("a", mp3)
    audio.narrations.append(NarrationClip(scene=0, start=RATE // 2, samples=RATE, media=MediaRef(blob="a", sha256="")))
    assert audio.mix(60).read_bytes() == audio.mix(60).read_bytes()
