"""The small image of an upload is what a person sees in a viewer: upright, in sRGB, in a format of every browser."""

import io
import subprocess
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.providers.media.upload_reader import MediaFiles
from tests.media.test_upload_reader import ffmpeg, probe, write_song, write_video

FILES = MediaFiles()
HELD_UPRIGHT = 6
"""EXIF orientation: the sensor's image must be turned clockwise."""
HLG = ("-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc")


def preview(path: Path) -> Image.Image:
    facts = probe(path)
    with path.open("rb") as file:
        image = Image.open(io.BytesIO(FILES.draw_preview(file, facts)))
    assert (image.format, "icc_profile" in image.info) == ("WEBP", False)
    return image


def shrink(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image.convert("RGB").resize((16, 16), Image.Resampling.BOX), np.float64)


def decode(path: Path, *filters: str) -> Image.Image:
    """Return the first frame of a video as ffmpeg shows it."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(path),
        *filters,
        "-frames:v",
        "1",
        "-f",
        "image2pipe",
        "-c:v",
        "png",
        "-",
    ]
    return Image.open(io.BytesIO(subprocess.run(command, check=True, capture_output=True).stdout))


def make_photo() -> Image.Image:
    """Return a photo whose four corners differ."""
    photo = Image.new("RGB", (1600, 1200), (200, 40, 40))
    photo.paste((40, 160, 60), (800, 0, 1600, 600))
    photo.paste((50, 60, 190), (0, 600, 800, 1200))
    return photo


@pytest.mark.parametrize("name", ["IMG_0001.HEIC", "photo.jpg"])
def test_a_phones_photo_is_upright(tmp_path: Path, name: str) -> None:
    exif = Image.Exif()
    exif[274] = HELD_UPRIGHT
    pillow_heif.register_heif_opener()
    # pillow-heif makes of it the mark that turns a HEIC (ISO/IEC 23008-12, irot), as a phone does
    make_photo().save(tmp_path / name, quality=90, exif=exif.tobytes())
    image = preview(tmp_path / name)
    assert image.size == (384, 512)
    upright = make_photo().rotate(-90, expand=True)
    assert np.abs(shrink(image) - shrink(upright)).mean() < 4


@pytest.mark.parametrize("rotate", ["0", "90", "180", "270"])
def test_a_phones_video_is_shown_as_it_is_held(tmp_path: Path, rotate: str) -> None:
    level = write_video(tmp_path / "level.mov", seconds=1)
    path = ffmpeg(tmp_path / "held.mov", "-i", str(level), "-c", "copy", "-metadata:s:v", f"rotate={rotate}")
    image = preview(path)
    assert image.size in ((320, 180), (180, 320))
    assert np.abs(shrink(image) - shrink(decode(path))).mean() < 12


def test_a_later_part_of_a_long_video_is_sought(tmp_path: Path) -> None:
    """The first 2 s are black, as in many videos."""
    path = ffmpeg(
        tmp_path / "long.mp4",
        *("-f", "lavfi", "-i", "color=black:s=320x180:r=5:d=2,format=yuv420p"),
        *("-f", "lavfi", "-i", "color=white:s=320x180:r=5:d=58,format=yuv420p"),
        *("-filter_complex", "concat", "-preset", "ultrafast"),
    )
    assert shrink(preview(path)).mean() > 240


def test_white_of_an_hdr_video_is_not_grey_and_colours_are_not_pale(tmp_path: Path) -> None:
    """HLG has the white of a page at 75 % of its range (ITU-R BT.2408-7, 2.2)."""
    white = ffmpeg(
        tmp_path / "white.mov",
        *("-f", "lavfi", "-i", "color=0xBFBFBF:s=320x180:d=1,format=yuv420p10le"),
        *("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", *HLG),
    )
    assert shrink(preview(white)).min() > 215


def test_a_sound_is_shown_by_its_loudness(tmp_path: Path) -> None:
    quiet_then_loud = "volume='if(lt(t,4),0.05,1)':eval=frame"
    image = preview(write_song(tmp_path / "a.m4a", "-af", quiet_then_loud, "-c:a", "aac"))
    assert image.size == (512, 128)
    drawn = np.asarray(image.convert("RGBA"))[:, :, 3] > 128
    quiet, loud = drawn[:, 40:200].mean(), drawn[:, 300:480].mean()
    assert quiet < 0.1
    assert loud > 0.6


def test_a_file_that_cannot_be_read_has_none(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4")
    facts = probe(path)
    (tmp_path / "torn.mp4").write_bytes(path.read_bytes()[:500])
    with (tmp_path / "torn.mp4").open("rb") as file, pytest.raises(InvalidRequest):
        FILES.draw_preview(file, facts)
