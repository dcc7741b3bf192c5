"""Audio files of phones, recorders, studios, radios and browsers: a tone of 440 Hz."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tests.media.corpus.registry import Asset, Refused, Song, Taken, entry, read_samples

RATE = 48_000
MP3 = ("-c:a", "libmp3lame")


def ffmpeg(*args: str) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *args], check=True)


def tone(path: Path, *options: str, hz: int = 440, seconds: float = 3, rate: int = 44_100) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"sine=frequency={hz}:duration={seconds}:sample_rate={rate}", *options, str(path))
    return path


def has_pitch(*pitches: float) -> Callable[[Asset], None]:
    """Return a check that hears ``pitches`` in Hz, one after the other, each in the middle of its share of the song."""

    def verify(asset: Asset) -> None:
        assert isinstance(asset, Song)
        samples = read_samples(asset).sum(axis=1)
        for number, hz in enumerate(pitches):
            middle = round(len(samples) * (number + 0.5) / len(pitches))
            part = samples[middle - RATE // 4 : middle + RATE // 4]
            pitch = float(np.abs(np.fft.rfft(part * np.hanning(len(part)))).argmax() * 2)
            assert abs(pitch - hz) < 5, f"{pitch} Hz is heard, not {hz}"

    return verify


def expect_tone(seconds: float = 3, *, notice: str = "", within_sec: float = 0.1) -> Taken:
    return Taken("audio", seconds=seconds, has_audio=True, verify=has_pitch(440), notice=notice, within_sec=within_sec)


def encode(*options: str, rate: int = 44_100, seconds: float = 3) -> Callable[[Path], None]:
    """Return a writer of a tone that ffmpeg encodes with ``options``."""

    def write(path: Path) -> None:
        tone(path, *options, rate=rate, seconds=seconds)

    return write


SIMPLE: Sequence[tuple[str, str, Callable[[Path], None]]] = (
    ("song.mp3", "music shop: MP3 with Xing header", encode(*MP3, "-q:a", "2")),
    ("bare-vbr.mp3", "old encoder: VBR without header", encode(*MP3, "-q:a", "0", "-write_xing", "0")),
    ("adts.aac", "radio recorder: AAC without container", encode("-c:a", "aac")),
    ("memo.m4a", "phone's voice memo", encode("-c:a", "aac", "-ac", "1")),
    ("PTT-WA0002.opus", "messenger's voice note", encode("-c:a", "libopus", "-ac", "1", "-b:a", "16k", rate=16_000)),
    ("memo.caf", "Mac recorder: Core Audio", encode("-c:a", "pcm_s16le")),
    ("mac.aiff", "studio: AIFF", encode()),
    ("studio.wav", "studio: 24 bit, 96 kHz", encode("-c:a", "pcm_s24le", rate=96_000)),
    ("float.wav", "studio: 32-bit float", encode("-c:a", "pcm_f32le")),
    ("telephone.wav", "telephone system: 8 kHz mu-law", encode("-c:a", "pcm_mulaw", rate=8_000)),
    ("surround.wav", "field recorder: six channels", encode("-ac", "6")),
    ("surround.flac", "studio: three channels", encode("-ac", "3")),
    ("old.wma", "Windows Media", encode("-c:a", "wmav2")),
    ("song.flac", "lossless shop", encode()),
    ("song.ogg", "game music: Vorbis", encode("-c:a", "libvorbis")),
    ("song.mka", "Matroska audio", encode("-c:a", "libvorbis")),
    ("song.wv", "WavPack", encode()),
    ("song.tta", "True Audio", encode()),
    ("unix.au", "Sun audio", encode()),
    ("film.ac3", "DVD's sound: AC-3", encode()),
    ("film.eac3", "streaming sound: E-AC-3", encode()),
    ("radio.mp2", "broadcaster: MP2", encode()),
    ("long.w64", "long field recording: Wave64", encode("-f", "w64")),
)
for name, source, write in SIMPLE:
    entry(name, source, expect_tone())(write)


@entry(
    "joined.mp3",
    "songs copied one behind the other: other rates and channels",
    Taken("audio", seconds=6, within_sec=0.3, has_audio=True, verify=has_pitch(500, 900)),
)
def write_joined(path: Path) -> None:
    parts = (
        tone(path.with_name("0.mp3"), *MP3, "-ac", "1", hz=500, rate=22_050),
        tone(path.with_name("1.mp3"), *MP3, "-ac", "2", "-metadata", "title=two", hz=900, rate=48_000),
    )
    path.write_bytes(b"".join(part.read_bytes() for part in parts))


@entry("tagged.mp3", "collector: Lyrics3, APE and ID3v1 tags, then zeros", expect_tone())
def write_tagged(path: Path) -> None:
    tags = b"LYRICSBEGININD0000210LYR00012hello there.000041LYRICS200APETAGEX" + bytes(24) + b"TAG".ljust(128, b"\0")
    path.write_bytes(tone(path, *MP3).read_bytes() + tags + bytes(100_000))


@entry("cover.mp3", "music shop: a cover before the sound", expect_tone())
def write_cover(path: Path) -> None:
    cover = ["-f", "lavfi", "-i", "color=red:s=300x300:d=0.04:r=25", "-frames:v", "1"]
    ffmpeg(*cover, str(path.with_name("c.png")))
    bare = tone(path.with_name("bare.mp3"), *MP3)
    both = ["-i", str(path.with_name("c.png")), "-i", str(bare), "-map", "1", "-map", "0", "-c", "copy"]
    ffmpeg(*both, "-disposition:v", "attached_pic", str(path))


@entry("katha.m4b", "audio book: chapters", expect_tone())
def write_book(path: Path) -> None:
    chapters = path.with_name("chapters")
    chapters.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=one\n")
    source = ["-f", "lavfi", "-i", "sine=frequency=440:duration=3", "-i", str(chapters), "-map_metadata", "1"]
    ffmpeg(*source, "-c:a", "aac", str(path))


@entry("voice.amr", "old phone: AMR, 8 kHz", Taken("audio", seconds=3, has_audio=True))
def write_amr(path: Path) -> None:
    path.write_bytes(b"#!AMR\n" + (b"\x3c" + b"\x55" * 31) * 150)


@entry("sound-only.webm", "browser: MediaRecorder without a picture", expect_tone())
def write_browser(path: Path) -> None:
    tone(path, "-c:a", "libopus", "-live", "1")


@entry("wrong-total.flac", "editor: the header counts another version", expect_tone())
def write_wrong_total(path: Path) -> None:
    data = bytearray(tone(path).read_bytes())
    data[22:26] = (44_100 * 900).to_bytes(4, "big")
    path.write_bytes(data)


@entry("scratched.flac", "old disk: damaged bytes", expect_tone(notice="is damaged: about 0.1 s cannot be heard"))
def write_scratched(path: Path) -> None:
    data = bytearray(tone(path).read_bytes())
    data[len(data) // 3 : len(data) // 3 + 50] = bytes(50)
    path.write_bytes(data)


@entry("scratched.mp3", "old disk: a few lost bytes", expect_tone(within_sec=0.3))
def write_lost(path: Path) -> None:
    data = tone(path, *MP3).read_bytes()
    path.write_bytes(data[: len(data) // 3] + data[len(data) // 3 + 30 :])


CUT = "is incomplete: its end is missing.*send the whole file"


@entry("half.flac", "broken download", Refused(CUT))
def write_half_flac(path: Path) -> None:
    cut(tone(path))


@entry("half.m4a", "broken download", Refused(CUT))
def write_half_m4a(path: Path) -> None:
    cut(tone(path))


@entry("half.mp3", "broken download", Refused(CUT))
def write_half_mp3(path: Path) -> None:
    cut(tone(path, *MP3))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 5])


@entry(
    "an-hour.mp3",
    "DJ set: 61 minutes, VBR without header",
    Taken("audio", seconds=3660, within_sec=1, has_audio=True),
    is_large=True,
)
def write_long(path: Path) -> None:
    tone(path, *MP3, "-q:a", "9", "-write_xing", "0", seconds=3660, rate=22_050)
