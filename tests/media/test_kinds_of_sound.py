"""Audio files of recorders, editors and radios: all of them is heard, and the upload check finds its length."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_renderer.audio.audio_source import count_samples
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.media.audio import decode_audio
from sutradhar.media.video import read_video
from sutradhar.providers.media.upload_reader import MediaFiles
from tests.media.audio_timeline import NEVER, RATE


def ffmpeg(*args: str) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *args], check=True)


def tone(path: Path, *options: str, hz: int = 440, seconds: float = 2, rate: int = 44_100) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"sine=frequency={hz}:duration={seconds}:sample_rate={rate}", *options, str(path))
    return path


def look(path: Path) -> MediaInfo:
    """Return the facts of the upload check, with which the renderer must agree."""
    with path.open("rb") as file:
        facts = MediaFiles().probe(file)
    if facts.kind == "audio":
        assert count_samples(path, NEVER) / RATE == pytest.approx(facts.duration_sec, abs=0.02)
    return facts


def decode_all(path: Path) -> NDArray[np.float32]:
    return np.concatenate(list(decode_audio(path)))


def pitch(samples: NDArray[np.float32], start: float, seconds: float = 0.5) -> float:
    part = samples[round(start * RATE) : round((start + seconds) * RATE)].sum(axis=1)
    return float(np.abs(np.fft.rfft(part * np.hanning(len(part)))).argmax() / seconds)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp3", ("-c:a", "libmp3lame", "-q:a", "0", "-write_xing", "0")),
        ("a.aac", ("-c:a", "aac")),
        ("b.mp3", ("-c:a", "libmp3lame", "-q:a", "9", "-write_xing", "0", "-id3v2_version", "3")),
    ],
)
def test_a_length_that_is_only_guessed_is_found_by_decoding(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    """The file begins silent, so its first bit rate differs from that of the rest."""
    source = "aevalsrc='if(lt(t,20),0,0.5*sin(900*t)+0.2*random(0))':d=40"
    ffmpeg("-f", "lavfi", "-i", source, *options, str(tmp_path / name))
    facts = look(tmp_path / name)
    assert facts.duration_sec == pytest.approx(40, abs=0.1)
    assert facts.notices == ()


def test_songs_that_were_joined_are_heard_one_after_the_other(tmp_path: Path) -> None:
    """The songs differ in rate and channels, and each has its own header and tags inside."""
    parts = [
        tone(tmp_path / "0.mp3", "-ac", "1", "-metadata", "title=one", hz=500, rate=22_050),
        tone(tmp_path / "1.mp3", "-ac", "2", "-metadata", "title=two", hz=900, rate=48_000),
        tone(tmp_path / "2.mp3", "-ac", "1", "-id3v2_version", "0", "-write_id3v1", "1", hz=1300, rate=44_100),
    ]
    path = tmp_path / "a.mp3"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    facts = look(path)
    assert facts.duration_sec == pytest.approx(6, abs=0.3)
    assert facts.notices == ()
    samples = decode_all(path)
    assert [pitch(samples, at) for at in (0.7, 2.8, 5)] == pytest.approx([500, 900, 1300], abs=3)


TAGS = {
    "lyrics": b"LYRICSBEGININD0000210LYR00012hello there.000041LYRICS200",
    "ape": b"APETAGEX" + (2000).to_bytes(4, "little") + b"\x40\0\0\0\1\0\0\0" + bytes(12) + b"Artist\0x" * 9,
    "id3v1": b"TAG" + b"A song".ljust(125, b"\0"),
    "zeros": bytes(300_000),
}


@pytest.mark.parametrize("names", [*TAGS, "lyrics ape id3v1 zeros"])
def test_tags_and_zeros_at_the_end_do_not_count_as_damage(tmp_path: Path, names: str) -> None:
    path = tone(tmp_path / "a.mp3")
    path.write_bytes(path.read_bytes() + b"".join(TAGS[name] for name in names.split()))
    facts = look(path)
    assert facts.duration_sec == pytest.approx(2, abs=0.06)
    assert facts.notices == ()


def damage(path: Path, at: float, count: int, *, lost: bool = False) -> Path:
    data = bytearray(path.read_bytes())
    start = int(len(data) * at)
    data[start : start + count] = b"" if lost else b"\x55" * count
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "count"), [("a.flac", 60), ("a.ogg", 60), ("a.mp3", 4000), ("a.wma", 9000), ("a.m4a", 6000)]
)
def test_damage_that_is_heard_is_taken_and_noticed(tmp_path: Path, name: str, count: int) -> None:
    clean = tone(tmp_path / name, seconds=8)
    assert look(clean).notices == ()
    facts = look(damage(clean, 0.5, count))
    assert facts.duration_sec > 6.5
    assert "is damaged" in facts.notices[0] or "lacks" in facts.notices[0]
    samples = decode_all(clean)
    assert [pitch(samples, 1), pitch(samples, 6)] == pytest.approx([440, 440], abs=3)


@pytest.mark.parametrize("name", ["a.mp3", "a.aac", "a.ac3"])
def test_a_file_that_lost_a_few_bytes_is_taken(tmp_path: Path, name: str) -> None:
    path = damage(tone(tmp_path / name, seconds=8), 0.4, 40, lost=True)
    facts = look(path)
    assert facts.duration_sec == pytest.approx(8, abs=0.5)


@pytest.mark.parametrize("claimed", [0, 1, 44_100 * 900])
def test_a_flac_whose_header_counts_wrong_is_as_long_as_it_decodes(tmp_path: Path, claimed: int) -> None:
    path = tone(tmp_path / "a.flac", seconds=4)
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0
    data[22:26] = claimed.to_bytes(4, "big")
    path.write_bytes(data)
    facts = look(path)
    assert facts.duration_sec == pytest.approx(4, abs=0.01)
    assert facts.notices == ()


@pytest.mark.parametrize(
    "name", ["a.flac", "a.mp3", "a.wav", "a.m4a", "a.aiff", "a.caf", "a.tta", "a.wv", "a.au", "a.wma", "a.mka"]
)
def test_sound_that_is_cut_off_in_its_first_half_is_incomplete(tmp_path: Path, name: str) -> None:
    path = tone(tmp_path / name, seconds=6)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 4 // 10])
    with pytest.raises(InvalidRequest, match=r"is incomplete: its end is missing.*send the whole file"):
        look(path)


@pytest.mark.parametrize(
    "name",
    [
        "a.ac3",
        "a.eac3",
        "a.mp2",
        "a.opus",
        "a.w64",
        "a.mka",
        "a.webm",
        "a.m4b",
        "a.ts",
        "a.tta",
        "a.wv",
        "a.au",
        "a.caf",
        "a.aiff",
        "a.wma",
    ],
)
def test_every_kind_of_audio_file_is_heard(tmp_path: Path, name: str) -> None:
    path = tone(tmp_path / name)
    facts = look(path)
    assert (facts.kind, facts.has_audio, facts.notices) == ("audio", True, ())
    assert facts.duration_sec == pytest.approx(2, abs=0.06)
    assert pitch(decode_all(path), 0.8) == pytest.approx(440, abs=3)


def test_an_old_phones_amr_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "voice.amr"
    path.write_bytes(b"#!AMR\n" + (b"\x3c" + b"\x55" * 31) * 150)
    assert look(path).duration_sec == pytest.approx(3, abs=0.05)
    assert np.abs(decode_all(path)).max() > 0.001


@pytest.mark.parametrize("channels", range(1, 7))
@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_each_channel_of_one_to_six_is_heard(tmp_path: Path, channels: int, name: str) -> None:
    """Each channel has its own tone; the sixth is the low-frequency channel (LFE), which a stereo mix leaves out."""
    tones = "|".join(f"0.1*sin(2*PI*{300 + 200 * i}*t)" for i in range(channels))
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc={tones}:s=48000:d=1", str(tmp_path / name))
    look(tmp_path / name)
    spectrum = np.abs(np.fft.rfft(decode_all(tmp_path / name)[:RATE].sum(axis=1))) / (RATE / 2)
    pitches = [spectrum[300 + 200 * i] / 0.1 > 0.3 for i in range(channels)]
    bass = {3: 2, 6: 3}.get(channels)  # only 2.1 and 5.1 have one
    assert [i for i, is_heard in enumerate(pitches) if not is_heard] in ([], [bass])


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_the_sound_of_a_video_can_be_music(tmp_path: Path, name: str) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=s=64x36:d=3", "-f", "lavfi", "-i", "sine=f=700:d=3", str(tmp_path / name))
    facts = look(tmp_path / name)
    assert (facts.kind, facts.has_audio) == ("video", True)
    assert pitch(decode_all(tmp_path / name), 1) == pytest.approx(700, abs=3)


def test_of_several_tracks_the_default_one_is_heard(tmp_path: Path) -> None:
    inputs = [word for hz in (500, 900) for word in ("-f", "lavfi", "-i", f"sine=f={hz}:d=2")]
    for chosen, hz in enumerate((500, 900)):
        marks = [f"-disposition:a:{chosen}", "default", f"-disposition:a:{1 - chosen}", "0"]
        ffmpeg(*inputs, "-map", "0", "-map", "1", *marks, str(tmp_path / "a.mka"))
        assert pitch(decode_all(tmp_path / "a.mka"), 0.8) == pytest.approx(hz, abs=3)


def test_a_recorder_that_wrote_nothing_while_nothing_was_said_keeps_the_pause(tmp_path: Path) -> None:
    silent = ("-af", "aselect='not(between(t,1,3))'", "-c:a", "libopus")
    path = tone(tmp_path / "a.mka", *silent, seconds=5)
    assert look(path).duration_sec == pytest.approx(5, abs=0.1)
    samples = decode_all(path)
    assert np.abs(samples[round(1.3 * RATE) : round(2.8 * RATE)]).max() < 0.001
    assert pitch(samples, 3.8) == pytest.approx(440, abs=3)


def test_a_song_longer_than_ten_minutes_is_measured_and_taken_in_part(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.mp3", "-b:a", "8k", "-write_xing", "0", seconds=720, rate=8_000)
    with path.open("rb") as file:
        assert MediaFiles().probe(file).duration_sec == pytest.approx(720, abs=0.3)
    part = np.concatenate(list(decode_audio(path, start_sec=2, seconds=3)))
    assert len(part) == 3 * RATE
    assert pitch(part, 1) == pytest.approx(440, abs=3)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_a_clips_sound_stays_in_step_with_its_frames(tmp_path: Path, name: str) -> None:
    """The sound begins a second after the frames; each second has its own pitch, and a seek finds the same samples."""
    pitches = "aevalsrc='0.3*sin(2*PI*(300+50*floor(t))*t)':d=14:s=48000"
    first_frame = ["-f", "lavfi", "-i", "color=s=64x36:r=25:d=15"]
    ffmpeg(*first_frame, "-itsoffset", "1", "-f", "lavfi", "-i", pitches, "-shortest", str(tmp_path / name))
    zero = read_video(tmp_path / name).start_time
    whole = np.concatenate(list(decode_audio(tmp_path / name, zero_sec=zero)))
    assert np.abs(whole[: round(0.9 * RATE)]).max() < 0.001
    assert [pitch(whole, at) for at in (1.25, 4.25, 12.25)] == pytest.approx([300, 450, 850], abs=3)
    for seeks in (False, True):
        part = np.concatenate(list(decode_audio(tmp_path / name, 12, 2, zero_sec=zero, seeks=seeks)))
        assert len(part) == 2 * RATE
        # Matroska rounds its time stamps to 1 ms
        shifts = [
            np.abs(part[500:-500] - whole[12 * RATE + 500 + n : 14 * RATE - 500 + n]).max() for n in range(-50, 51)
        ]
        assert min(shifts) < 0.02
    later = np.concatenate(list(decode_audio(tmp_path / name, zero_sec=zero + 3, seconds=2)))
    assert pitch(later, 1.25) == pytest.approx(450, abs=3)
