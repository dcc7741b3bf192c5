"""Images that few programs write and some people have: shown right, or refused with advice."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from gpu_renderer.image.still import prepare_still
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import Camera
from tests.media.encoded import raw_png
from tests.media.test_still import BLUE, GREEN, RED, encode_image, open_image
from tests.media.timelines import HOLD, ZOOM_IN, photo


@pytest.mark.parametrize(
    ("kind", "samples", "shown"),
    [
        (0, [0x8000], (128, 128, 128)),
        (2, [0xFFFF, 0x8000, 0x0100], (255, 128, 1)),
        (4, [0, 0x8000], (127, 127, 127)),
        (6, [0xFFFF, 0, 0, 0x8000], (255, 127, 127)),
    ],
    ids=["grey", "rgb", "grey-alpha", "rgba"],
)
def test_sixteen_bits_are_scaled_not_cut_off(
    tmp_path: Path, kind: int, samples: list[int], shown: tuple[int, int, int]
) -> None:
    encoded = raw_png(2, 2, 16, kind, [np.array(samples * 2, ">u2").tobytes()] * 2)
    assert np.all(np.abs(open_image(tmp_path, encoded)[1, 1].astype(int) - shown) <= 1)


def test_one_bit_is_black_and_white(tmp_path: Path) -> None:
    shown = open_image(tmp_path, raw_png(8, 1, 1, 0, [b"\xaa"]))
    assert shown[0, :, 1].tolist() == [255, 0] * 4


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_frame_of_an_animation_is_shown(tmp_path: Path, form: str) -> None:
    first, second = (Image.new("RGB", (16, 16), color) for color in (RED, GREEN))
    encoded = encode_image(first, form, save_all=True, append_images=[second])
    assert np.all(np.abs(open_image(tmp_path, encoded)[8, 8].astype(int) - RED) <= 3)


@pytest.mark.parametrize("form", ["AVIF", "WEBP", "JPEG2000", "TIFF", "BMP", "TGA", "PPM", "JPEG"])
def test_formats_that_are_read(tmp_path: Path, form: str) -> None:
    shown = open_image(tmp_path, encode_image(Image.new("RGB", (32, 24), (200, 40, 90)), form))
    assert np.all(np.abs(shown[12, 16].astype(int) - (200, 40, 90)) <= 4)


@pytest.mark.parametrize(
    ("turn", "corners"),
    # colours at top left, top right, bottom left, bottom right, for the EXIF orientation (TIFF 6.0, tag 274)
    [(1, "rgbw"), (2, "grwb"), (3, "wbgr"), (4, "bwrg"), (5, "rbgw"), (6, "brwg"), (7, "wgbr"), (8, "gwrb")],
)
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_every_orientation_is_set_upright(tmp_path: Path, turn: int, corners: str, form: str) -> None:
    names = {"r": RED, "g": GREEN, "b": BLUE, "w": (255, 255, 255)}
    pixels = np.zeros((32, 48, 3), np.uint8)
    for name, (y, x) in zip("rgbw", [(0, 0), (0, 24), (16, 0), (16, 24)], strict=True):
        pixels[y : y + 16, x : x + 24] = names[name]
    exif = Image.Exif()
    exif[0x0112] = turn
    shown = open_image(tmp_path, encode_image(Image.fromarray(pixels), form, exif=exif)).astype(int)
    assert shown.shape[:2] == ((32, 48) if turn <= 4 else (48, 32))
    for name, (y, x) in zip(corners, [(4, 4), (4, -5), (-5, 4), (-5, -5)], strict=True):
        assert np.all(np.abs(shown[y, x] - names[name]) <= 8)


def wide_gamut() -> bytes:
    """Return an ICC profile with red and green swapped, whose use is easy to see."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    for i in range(count):
        at = 132 + 12 * i
        name = bytes(profile[at : at + 4])
        swapped = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}.get(name)
        if swapped:
            profile[at : at + 4] = swapped
    return bytes(profile)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_colour_profile_is_obeyed_in_every_mode(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGB", (8, 8), (230, 20, 20)).convert(mode)
    shown = open_image(tmp_path, encode_image(image, "PNG", icc_profile=wide_gamut()))[4, 4].astype(int)
    assert shown[1] > 200
    assert shown[0] < 60


@pytest.mark.parametrize("size", [(1, 5000), (8000, 10), (1, 1), (5, 3)])
@pytest.mark.parametrize("camera", [HOLD, ZOOM_IN])
def test_a_sliver_of_an_image_takes_no_more_memory_than_any_other(size: tuple[int, int], camera: Camera) -> None:
    still = prepare_still(Image.new("RGB", size, (200, 40, 90)), camera, (640, 360))
    assert sum(plane.nbytes for plane in still.planes) < 40 * 640 * 360


def test_a_photograph_of_a_hundred_megapixels_is_reduced_while_it_is_decoded(tmp_path: Path) -> None:
    small = Image.fromarray(photo(4, 290, 218))
    encoded = encode_image(small.resize((11_600, 8720), Image.Resampling.NEAREST), "JPEG", quality=50)
    shown = open_image(tmp_path, encoded)
    assert shown.shape == (4360, 5800, 3)
    means = np.asarray(Image.fromarray(shown).resize((290, 218), Image.Resampling.BOX), float)
    assert np.abs(means - np.asarray(small, float)).mean() < 4


def test_pixels_beyond_the_limit_are_refused_by_the_header_alone(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"scene 4.*30000x30000 pixels \(900 million\); a PNG may have 300 million"):
        open_image(tmp_path, raw_png(30_000, 30_000, 8, 2, [b"\0"]), scene=3)
    jpeg = encode_image(Image.new("RGB", (16, 16)), "JPEG")
    at = jpeg.index(b"\xff\xc0") + 5
    vast = jpeg[:at] + struct.pack(">HH", 65_000, 65_000) + jpeg[at + 4 :]
    with pytest.raises(RenderError, match="a JPEG may have 500 million"):
        open_image(tmp_path, vast, scene=3)


@pytest.mark.parametrize(
    ("encoded", "why"),
    [
        (b"", "it is empty"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "it is a HEIC image that breaks off"),
        (b"%PDF-1.7\n", "it is a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it is an EPS drawing"),
        (b"\0\0\0\x20ftypisom" + b"\0" * 50, "it is no image"),
        (b"\x93\x94 no picture at all", "it is no image"),
    ],
)
def test_the_renderer_names_what_cannot_be_read(tmp_path: Path, encoded: bytes, why: str) -> None:
    with pytest.raises(RenderError, match="the image of scene 4 cannot be used") as caught:
        open_image(tmp_path, encoded, scene=3)
    assert why in str(caught.value)
    assert "PNG or JPEG" in caught.value.advice


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_image_that_breaks_off_is_refused(tmp_path: Path, form: str) -> None:
    encoded = encode_image(Image.fromarray(photo(1)), form)
    with pytest.raises(RenderError, match="the image of scene 4 cannot be used"):
        open_image(tmp_path, encoded[: len(encoded) // 2], scene=3)
