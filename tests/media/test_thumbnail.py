"""The thumbnail shows the best candidate under a glowing title in the right script: a PNG of 1280 x 720 under 2 MB."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.thumbnail.draw import draw_thumbnail, score_frame
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.thumbnail_size import MAX_BYTES, choose_thumbnail_size

WIDE = (1280, 720)


def _make_image(seed: int, low: int = 20, high: int = 230) -> NDArray[np.uint8]:
    tile = np.random.default_rng(seed).integers(low, high, (27, 48, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(tile).resize((960, 540), Image.Resampling.BICUBIC))


def _open(png: bytes) -> NDArray[np.uint8]:
    with Image.open(BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def test_the_best_frame_is_known_and_shown_with_title_and_watermark() -> None:
    grey, dark, good = np.full((540, 960, 3), 128, np.uint8), _make_image(1, 0, 20), _make_image(2)
    assert max([grey, dark, good], key=score_frame) is good
    png = draw_thumbnail(good, "प्रह्लाद की कथा", Watermark(opacity=1.0), WIDE)
    thumbnail = _open(png)
    assert thumbnail.shape == (720, 1280, 3)
    assert len(png) <= MAX_BYTES
    white = np.asarray((thumbnail > 245).all(axis=2))
    assert white[360:].sum() > 5_000  # the title, low down
    assert white[:60, 1000:].sum() > 100  # the watermark, at the top


@pytest.mark.parametrize("title", ["ज्ञान", "A title of some length about क्षमा, " * 3, "W" * 120])
def test_the_title_stays_inside_the_thumbnail(title: str) -> None:
    plain = np.full((720, 1280, 3), 90, np.uint8)
    white = (_open(draw_thumbnail(plain, title, None, WIDE)) > 245).all(axis=2)
    ys, xs = np.nonzero(white)
    assert xs.min() >= 40
    assert xs.max() <= 1280 - 40
    assert ys.min() >= 200
    assert ys.max() <= 720 - 20


def test_even_noise_stays_under_two_megabytes() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (720, 1280, 3)).astype(np.uint8)
    png = draw_thumbnail(noise, "Noise", None, WIDE)
    assert len(png) <= MAX_BYTES
    assert _open(png).shape == (720, 1280, 3)


def _draw_scene(width: int = 1280, height: int = 720) -> NDArray[np.uint8]:
    """Draw a hill, a sun and a house under a sky: edges, light, colour."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.linspace([90, 150, 220], [230, 210, 180], height)[:, None].astype(np.uint8)
    cv2.circle(image, (width // 4, height // 4), height // 8, (255, 220, 90), -1)
    cv2.ellipse(image, (width // 2, height), (width // 2, height // 2), 0, 180, 360, (50, 110, 50), -1)
    for i in range(12):
        x = width // 3 + i * width // 36
        cv2.rectangle(image, (x, height // 2), (x + width // 60, height * 3 // 4), (150 - 8 * i, 60 + 9 * i, 40), -1)
    return image


def _spoil_scene() -> dict[str, NDArray[np.uint8]]:
    good = _draw_scene()
    return {
        "blurred": np.asarray(cv2.GaussianBlur(good, (0, 0), 9), np.uint8),
        "a little out of focus": np.asarray(cv2.GaussianBlur(good, (0, 0), 4), np.uint8),
        "dark": (good * 0.12).astype(np.uint8),
        "washed out": (good * 0.1 + 228).astype(np.uint8),
        "black": np.zeros_like(good),
        "white": np.full_like(good, 255),
        "one loud colour": np.broadcast_to(np.array([255, 40, 0], np.uint8), good.shape).copy(),
        "an empty sky": np.linspace([20, 90, 250], [230, 240, 255], 720)[:, None].astype(np.uint8).repeat(1280, axis=1),
        "grain alone": np.random.default_rng(1).normal(128, 14, good.shape).clip(0, 255).astype(np.uint8),
    }


@pytest.mark.parametrize("fault", _spoil_scene())
def test_a_spoiled_candidate_loses_against_a_good_one(fault: str) -> None:
    spoiled, good = _spoil_scene()[fault], _draw_scene()
    assert score_frame(spoiled) < 0.8 * score_frame(good)


def test_size_hardly_counts() -> None:
    small, large = (score_frame(_draw_scene(w, h)) for w, h in ((640, 360), (1920, 1080)))
    assert small == pytest.approx(large, rel=0.25)


@pytest.mark.parametrize("title", ["Prahlad", "प्रह्लाद"])
def test_the_title_glows(title: str) -> None:
    """Around the letters it is brighter and warmer than the image there and than farther off."""
    plain = np.full((720, 1280, 3), 60, np.uint8)
    thumbnail = _open(draw_thumbnail(plain, title, None, WIDE)).astype(float)
    letters = np.asarray((thumbnail > 245).all(axis=2), np.uint8)
    rings = [cv2.dilate(letters, np.ones((n, n), np.uint8)).astype(bool) for n in (31, 41, 141, 151)]
    near, far = thumbnail[rings[1] & ~rings[0]].mean(axis=0), thumbnail[rings[3] & ~rings[2]].mean(axis=0)
    assert near[0] > far[0] + 25
    assert near[0] > near[2] + 20


def test_a_title_that_no_font_can_draw_is_refused() -> None:
    with pytest.raises(RenderError, match=r"the title “ไ” has the character") as caught:
        draw_thumbnail(_draw_scene(), "ไ", None, WIDE)
    assert caught.value.stage == "thumbnail"


@pytest.mark.parametrize(
    ("video", "size"),
    [((1280, 720), WIDE), ((3840, 2160), WIDE), ((720, 1280), (1080, 1920)), ((1080, 1080), (1080, 1080))],
)
def test_a_thumbnail_has_the_shape_of_its_video(video: tuple[int, int], size: tuple[int, int]) -> None:
    assert choose_thumbnail_size(*video) == size
    noise = np.random.default_rng(5).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    png = draw_thumbnail(noise, "A title", Watermark(opacity=1.0), size)
    assert len(png) <= MAX_BYTES
    assert _open(png).shape == (size[1], size[0], 3)


@pytest.mark.parametrize("title", ["ज्ञान", "A title of some length about क्षमा, " * 3, "W" * 120])
def test_the_title_of_an_upright_thumbnail_is_clear_of_the_apps_buttons(title: str) -> None:
    plain = np.full((1920, 1080, 3), 90, np.uint8)
    white = (_open(draw_thumbnail(plain, title, Watermark(opacity=1.0), (1080, 1920))) > 245).all(axis=2)
    ys, xs = np.nonzero(white)
    assert xs.min() >= 0.04 * 1080
    assert xs.max() <= 0.89 * 1080
    assert ys.min() >= 0.07 * 1920
    assert ys.max() <= 0.84 * 1920
