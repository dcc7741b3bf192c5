"""Images in files of all kinds are shown as image viewers show them."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from gpu_renderer.image.camera import crop_at
from gpu_renderer.image.still import load_image, prepare_still, to_planes
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import Camera, Pose
from sutradhar.media.image import MAX_PIXELS
from tests.media.encoded import raw_png
from tests.media.timelines import HOLD, WIDE, ZOOM_IN, photo, png

PUSH_IN = Camera(start=WIDE, end=Pose(x=0.5, y=0.44, zoom=1.4))
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def open_image(tmp_path: Path, encoded: bytes, scene: int = 0) -> np.ndarray:
    path = tmp_path / "picture"
    path.write_bytes(encoded)
    return np.asarray(load_image(path, hashlib.sha256(encoded).hexdigest(), scene))


def encode_image(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def test_exif_rotation_is_applied(tmp_path: Path) -> None:
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, :20] = RED
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    shown = open_image(tmp_path, encode_image(Image.fromarray(pixels), "PNG", exif=exif))
    assert shown.shape == (40, 20, 3)
    assert tuple(shown[0, 0]) == RED
    assert tuple(shown[-1, -1]) == (0, 0, 0)


def test_sixteen_bit_grey_keeps_its_range(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16).reshape(16, 16)
    shown = open_image(tmp_path, encode_image(Image.fromarray(ramp), "PNG"))
    np.testing.assert_array_equal(shown[:, :, 0].ravel(), np.arange(256))


def test_palette_with_transparency_is_shown_on_white(tmp_path: Path) -> None:
    image = Image.new("P", (8, 4), 0)
    image.putpalette([*RED, *GREEN])
    image.paste(1, (4, 0, 8, 4))
    shown = open_image(tmp_path, encode_image(image, "PNG", transparency=1))
    assert tuple(shown[0, 0]) == RED
    assert tuple(shown[0, 7]) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_half_transparent_black_is_grey(tmp_path: Path, mode: str) -> None:
    color = (0, 128) if mode == "LA" else (0, 0, 0, 128)
    shown = open_image(tmp_path, encode_image(Image.new(mode, (4, 4), color), "PNG"))
    assert np.all(np.abs(shown.astype(int) - 127) <= 1)


def test_cmyk_jpeg_has_its_colours(tmp_path: Path) -> None:
    image = Image.fromarray(np.full((16, 16, 3), RED, np.uint8)).convert("CMYK")
    shown = open_image(tmp_path, encode_image(image, "JPEG", quality=95))
    assert np.all(np.abs(shown[8, 8].astype(int) - RED) <= 6)


def test_an_embedded_profile_is_obeyed_and_a_broken_one_ignored(tmp_path: Path) -> None:
    image = Image.fromarray(np.full((4, 4, 3), (120, 60, 200), np.uint8))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.all(
        np.abs(open_image(tmp_path, encode_image(image, "PNG", icc_profile=srgb))[0, 0].astype(int) - (120, 60, 200))
        <= 1
    )
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for broken in (lab, b"nothing of the kind"):
        assert tuple(open_image(tmp_path, encode_image(image, "PNG", icc_profile=broken))[0, 0]) == (120, 60, 200)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (33, 1), (101, 57), (3, 500), (1000, 4)])
def test_odd_and_tiny_images_fill_the_frame(size: tuple[int, int]) -> None:
    moving = Camera(start=Pose(x=0.5, y=0.5, zoom=1), end=Pose(x=0.9, y=0.1, zoom=1.3))
    still = prepare_still(Image.new("RGB", size, (200, 40, 90)), moving, (64, 36))
    out = [np.zeros((36, 64), np.uint8), np.zeros((18, 32), np.uint8), np.zeros((18, 32), np.uint8)]
    expected = [int(plane[0, 0]) for plane in to_planes(np.full((1, 1, 3), (200, 40, 90), np.uint8))]
    for frame in (0, 4, 9):
        still.draw(moving, frame, 10, out)
        assert [set(plane.ravel().tolist()) for plane in out] == [{value} for value in expected]


@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [
        # SMPTE 75 % bars do not settle rounding; full-range primaries of BT.709-6 in 8-bit limited range do
        ((255, 255, 255), (235, 128, 128)),
        ((0, 0, 0), (16, 128, 128)),
        (RED, (63, 102, 240)),
        (GREEN, (173, 42, 26)),
        (BLUE, (32, 240, 118)),
    ],
)
def test_colours_become_bt709_limited_range(rgb: tuple[int, int, int], yuv: tuple[int, int, int]) -> None:
    planes = to_planes(np.full((2, 2, 3), rgb, np.uint8))
    assert tuple(int(plane[0, 0]) for plane in planes) == yuv


def test_a_large_source_is_filtered_before_it_is_sampled() -> None:
    """Stripes finer than the output would shimmer as moiré; filtered, they are an even grey."""
    stripes = np.zeros((1440, 2560, 3), np.uint8)
    stripes[:, ::2] = 255
    still = prepare_still(Image.fromarray(stripes), HOLD, (160, 90))
    out = [np.zeros((90, 160), np.uint8), np.zeros((45, 80), np.uint8), np.zeros((45, 80), np.uint8)]
    still.draw(HOLD, 0, 1, out)
    assert int(np.ptp(out[0])) <= 2
    assert still.planes[0].size <= 4.2 * 160 * 90


def test_parts_that_the_camera_never_shows_are_not_kept() -> None:
    strip = Image.new("RGB", (20_000, 100))
    still = prepare_still(strip, HOLD, (160, 90))
    assert still.planes[0].size < 5 * 160 * 90


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: good[: len(good) // 2],
        lambda good: b"",
        lambda good: b"GIF89a",
        lambda good: good[:60] + b"\0" * 40 + good[100:],
        lambda good: b"not a picture at all" * 20,
    ],
)
def test_a_damaged_image_is_an_error_that_names_the_scene(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(RenderError, match="the image of scene 4 cannot be used") as caught:
        open_image(tmp_path, damage(png(photo(1))), scene=3)
    assert (caught.value.stage, caught.value.scene, caught.value.retryable) == ("picture", 3, False)
    assert "PNG or JPEG" in caught.value.advice


def test_bytes_other_than_those_that_were_stored_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(png(photo(1)))
    with pytest.raises(RenderError, match=r"scene 3.*not those that were stored"):
        load_image(path, "0" * 64, 2)


def test_more_pixels_than_memory_are_refused_and_more_than_a_video_needs_reduced(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"9000x9000 pixels \(81 million\); a PNG may have 75 million"):
        open_image(tmp_path, raw_png(9000, 9000, 16, 2, [b"\0"]))
    shown = open_image(tmp_path, encode_image(Image.new("1", (9000, 9000), 1), "PNG"))
    assert MAX_PIXELS * 0.99 < shown.shape[0] * shown.shape[1] <= MAX_PIXELS


@pytest.mark.parametrize("camera", [HOLD, ZOOM_IN, PUSH_IN], ids=["hold", "zoom", "push"])
@pytest.mark.parametrize(("size", "least"), [((960, 540), 48), ((360, 206), 55)], ids=["larger", "smaller"])
def test_an_image_of_any_size_comes_out_as_by_an_exact_resampler(
    camera: Camera, size: tuple[int, int], least: float
) -> None:
    """The oracle is Pillow's Lanczos of the ideal crop, in floats, from a source larger or smaller than the frame."""
    pixels = photo(7, *size)
    still = prepare_still(Image.fromarray(pixels), camera, (320, 180))
    out = [np.zeros((180, 320), np.uint8), np.zeros((90, 160), np.uint8), np.zeros((90, 160), np.uint8)]
    exact = Image.fromarray(to_planes(pixels)[0].astype(np.float32))
    errors = []
    for n in (0, 13, 25, 39):
        still.draw(camera, n, 40, out)
        crop = crop_at(camera, n, 40, size, 320 / 180)
        box = (crop.left, crop.top, crop.right, crop.bottom)
        ideal = np.asarray(exact.resize((320, 180), Image.Resampling.LANCZOS, box=box), float)
        errors.append(np.mean((out[0] - ideal)[2:-2, 2:-2] ** 2))
    assert 10 * np.log10(255**2 / np.mean(errors)) >= (55 if camera.still else least)
