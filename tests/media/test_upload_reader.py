"""Files that users send are known by their bytes, decoded to their end, and upright."""

import io
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.providers.media.upload_reader import MediaFiles

FILES = MediaFiles()


def probe(path: Path) -> MediaInfo:
    with path.open("rb") as file:
        return FILES.probe(file)


TONE = "sine=frequency=330:duration={seconds}"
PATTERN = "testsrc2=s=320x180:r=25:d={seconds}"


def ffmpeg(path: Path, *args: str) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *args, str(path)], check=True)
    return path


def write_video(path: Path, *args: str, seconds: float = 3) -> Path:
    source = ["-f", "lavfi", "-i", PATTERN.format(seconds=seconds), "-f", "lavfi", "-i", TONE.format(seconds=seconds)]
    return ffmpeg(path, *source, *(args or ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")))


def write_song(path: Path, *args: str, seconds: float = 8) -> Path:
    return ffmpeg(path, "-f", "lavfi", "-i", TONE.format(seconds=seconds), *args)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("a.mp4", ()),
        ("a.mov", ()),
        ("a.mkv", ()),
        ("a.webm", ("-c:v", "libvpx", "-c:a", "libvorbis", "-b:v", "1M")),
        ("a.txt", ("-c:v", "mpeg4", "-f", "avi")),
    ],
)
def test_a_video_is_a_video_under_any_name(tmp_path: Path, name: str, args: tuple[str, ...]) -> None:
    path = write_video(tmp_path / name, *args)
    facts = probe(path)
    assert (facts.kind, facts.width, facts.height) == ("video", 320, 180)
    assert facts.duration_sec == pytest.approx(3, abs=0.1)


def test_a_telephones_video_is_as_it_is_held(tmp_path: Path) -> None:
    level = write_video(tmp_path / "level.mp4")
    held = ffmpeg(tmp_path / "held.mp4", "-i", str(level), "-c", "copy", "-metadata:s:v", "rotate=90")
    assert (probe(held).width, probe(held).height) == (180, 320)


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.wav", "a.flac", "a.ogg", "a.opus"])
def test_a_song_is_as_long_as_it_plays(tmp_path: Path, name: str) -> None:
    path = write_song(tmp_path / name)
    facts = probe(path)
    assert (facts.kind, facts.width) == ("audio", 0)
    assert facts.duration_sec == pytest.approx(8, abs=0.1)


def test_a_song_with_a_cover_is_a_song(tmp_path: Path) -> None:
    Image.new("RGB", (200, 200), "red").save(tmp_path / "cover.jpg")
    bare = write_song(tmp_path / "bare.mp3")
    covered = ffmpeg(
        tmp_path / "a.mp3",
        "-i",
        str(bare),
        "-i",
        str(tmp_path / "cover.jpg"),
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
        "-disposition:v",
        "attached_pic",
    )
    assert probe(covered).kind == "audio"


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.bmp"])
def test_an_image_is_upright_and_no_larger_than_is_needed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Image.linear_gradient("L").resize((600, 400)).convert("RGB").save(path)
    assert probe(path) == MediaInfo(kind="image", width=600, height=400)
    image = FILES.image(path, 300)
    assert (image.width, image.height, image.media_type) == (300, 200, "image/jpeg")
    with Image.open(io.BytesIO(image.data)) as shown:
        assert (shown.size, shown.mode) == ((300, 200), "RGB")


def test_a_telephones_image_is_turned_and_glass_is_white(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (300, 200)).save(tmp_path / "held.jpg", exif=exif)
    assert (probe(tmp_path / "held.jpg").width, FILES.image(tmp_path / "held.jpg", 4096).height) == (200, 300)
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(tmp_path / "glass.png")
    with Image.open(io.BytesIO(FILES.image(tmp_path / "glass.png", 4096).data)) as shown:
        assert np.asarray(shown.convert("L")).min() > 250


INCOMPLETE = "is incomplete: its end is missing"


def test_a_file_that_is_cut_off_is_asked_for_again(tmp_path: Path) -> None:
    whole = {"video": write_video(tmp_path / "f.mp4", seconds=8), "song": write_song(tmp_path / "s.flac")}
    early = ffmpeg(tmp_path / "early.mp4", "-i", str(whole["video"]), "-c", "copy", "-movflags", "+faststart")
    for name, path in {**whole, "video that begins with its index": early}.items():
        sent = tmp_path / "sent.mp4"
        sent.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(InvalidRequest, match=f"{INCOMPLETE}.*send the whole file"):
            probe(sent)
            pytest.fail(f"half of a {name} was taken")


def test_a_file_that_is_no_media_is_refused_as_what_it_is(tmp_path: Path) -> None:
    other = write_video(tmp_path / "other.mp4", seconds=1)
    cases = {
        b"": "is empty",
        b"I am a video\n" * 100: "is a text file",
        b"<html><body>a video</body></html>": "is an HTML page",
        b"#!/bin/sh\nrm -rf /\n": "is a text file",
        f"#EXTM3U\n#EXTINF:8,\nfile://{other}\n#EXT-X-ENDLIST\n".encode(): "is a playlist",
        f"ffconcat version 1.0\nfile {other}\n".encode(): "is a playlist",
        np.random.default_rng(1).bytes(20_000): "is not a video or an audio file that can be played",
    }
    for data, reason in cases.items():
        path = tmp_path / "sent.mp4"
        path.write_bytes(data)
        with pytest.raises(InvalidRequest, match=reason) as caught:
            probe(path)
        assert "whole file" not in str(caught.value)
        assert str(tmp_path) not in str(caught.value)


def test_half_of_an_image_and_a_tiny_one_are_refused(tmp_path: Path) -> None:
    Image.effect_noise((400, 300), 90).save(tmp_path / "p.png")
    data = (tmp_path / "p.png").read_bytes()
    (tmp_path / "half.png").write_bytes(data[: len(data) // 2])
    Image.new("RGB", (20, 20)).save(tmp_path / "tiny.png")
    for name in ("half.png", "tiny.png"):
        with pytest.raises(InvalidRequest):
            probe(tmp_path / name)
