"""Captions, watermark and thumbnail as pictures: inside the frame, readable, on the chroma grid, under their limits."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter

from gpu_renderer import thumbnail
from gpu_renderer.overlays import Overlay, caption_overlay, font_hashes, watermark_overlay
from gpu_renderer.thumbnail import draw_thumbnail
from sutradhar.domain.captions import Cue, break_lines
from sutradhar.domain.plan import Watermark

SIZES = [(1920, 1080), (1080, 1920), (1080, 1080), (1280, 720), (720, 1280), (3840, 2160)]
TEXTS = {
    "english": "The young prince Prahlad never feared the mighty king, for his heart was full of it",
    "hindi": "प्रह्लाद ने श्री विष्णु की क्षमा और ज्ञान से धर्म का मार्ग चुना, कर्म ही पूजा है।",
    "mixed": "Prahlad (प्रह्लाद) said: “श्री हरि” — 100% ज्ञान",
    "widest": "W" * 84,
    "one word": "क",
}


def _cue(text: str) -> Cue:
    return Cue(start=0, end=30, lines=tuple(break_lines(text)))


def _ink(overlay: Overlay) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the letters (white and opaque) in the frame."""
    letters = (overlay.rgba > 200).all(axis=2)
    ys, xs = np.nonzero(letters.any(axis=1))[0], np.nonzero(letters.any(axis=0))[0]
    return overlay.x + int(xs[0]), overlay.y + int(ys[0]), overlay.x + int(xs[-1]), overlay.y + int(ys[-1])


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_caption_is_centred_in_the_title_safe_area_of_every_picture(text: str, width: int, height: int) -> None:
    overlay = caption_overlay(_cue(text), width, height)
    rows, columns = overlay.rgba.shape[:2]
    assert overlay.x >= 0
    assert overlay.x + columns <= width
    assert overlay.y + rows <= height
    left, top, right, bottom = _ink(overlay)
    assert right - left <= 0.9 * width
    assert abs((left + right) / 2 - width / 2) <= 0.01 * width
    assert 0.6 * height < top
    assert bottom <= 0.95 * height


def test_a_cue_too_wide_for_an_upright_picture_is_broken_anew_at_full_size() -> None:
    wide = caption_overlay(_cue(TEXTS["english"]), 1920, 1080)
    upright = caption_overlay(_cue(TEXTS["english"]), 1080, 1920)
    line = 0.05 * 1080 * 1.32
    assert upright.rgba.shape[0] - wide.rgba.shape[0] == pytest.approx(line, abs=3)


def test_the_last_baseline_does_not_move_between_cues() -> None:
    one, two = (
        caption_overlay(_cue(text), 1920, 1080) for text in ("Home", "Home and more words in this very long line, home")
    )
    assert _ink(one)[3] == pytest.approx(_ink(two)[3], abs=14 + 1)  # a comma hangs below
    assert one.y + one.rgba.shape[0] == two.y + two.rgba.shape[0]


def _over(overlay: Overlay, background: int) -> np.ndarray:
    alpha = overlay.rgba[..., 3:] / 255
    return overlay.rgba[..., :3] * alpha + background * (1 - alpha)


@pytest.mark.parametrize("background", [0, 128, 255])
def test_a_caption_reads_on_black_grey_and_white(background: int) -> None:
    """WCAG asks 4.5 : 1 between letters and what is around them."""
    overlay = caption_overlay(_cue("Prahlad प्रह्लाद"), 1920, 1080)
    flat = _over(overlay, background).mean(axis=2)
    letters = (overlay.rgba > 250).all(axis=2)
    near = np.asarray(Image.fromarray(letters).convert("L").filter(ImageFilter.MaxFilter(7))) > 0
    rim = near & (overlay.rgba[..., 3] > 250) & (overlay.rgba[..., 0] < 40)
    light, dark = ((float(flat[mask].mean()) / 255) ** 2.2 for mask in (letters, rim))
    assert (light + 0.05) / (dark + 0.05) > 4.5


@pytest.mark.parametrize("position", ["tl", "tr", "bl", "br"])
def test_the_watermark_stands_in_its_corner(position: str) -> None:
    width, height = 1280, 720
    overlay = watermark_overlay(Watermark(text="Sutradhar", position=position, opacity=1.0), width, height)
    left, top, right, bottom = _ink(overlay)
    margin = 0.025 * 720
    assert (left if position[1] == "l" else width - right) == pytest.approx(margin, abs=5)
    assert (top if position[0] == "t" else height - bottom) == pytest.approx(margin, abs=12)
    assert bottom - top < 0.05 * height


def test_the_watermark_is_as_opaque_as_asked_and_fits_when_long() -> None:
    full, half = (watermark_overlay(Watermark(text="म" * 40, opacity=o), 720, 1280) for o in (1.0, 0.5))
    assert full.rgba[..., 3].max() == 255
    assert half.rgba[..., 3].max() in (127, 128)
    assert full.rgba.shape[1] < 0.55 * 720


def test_overlays_off_the_chroma_grid_are_refused() -> None:
    with pytest.raises(ValueError, match="chroma grid"):
        Overlay(1, 0, np.zeros((2, 2, 4), np.uint8))


def test_font_hashes_name_both_fonts() -> None:
    hashes = font_hashes()
    assert set(hashes) == {"NotoSans-Bold.ttf", "NotoSansDevanagari-Bold.ttf"}
    assert all(len(h) == 64 for h in hashes.values())


def _picture(seed: int, low: int = 20, high: int = 230) -> np.ndarray:
    tile = np.random.default_rng(seed).integers(low, high, (27, 48, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(tile).resize((960, 540), Image.Resampling.BICUBIC))


def _open(png: bytes) -> np.ndarray:
    with Image.open(BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def test_the_thumbnail_takes_the_best_picture_and_shows_title_and_watermark() -> None:
    grey, dark, good = np.full((540, 960, 3), 128, np.uint8), _picture(1, 0, 20), _picture(2)
    png = draw_thumbnail([grey, dark, good], "प्रह्लाद की कथा", Watermark(opacity=1.0))
    assert png == draw_thumbnail([good], "प्रह्लाद की कथा", Watermark(opacity=1.0))
    shown = _open(png)
    assert shown.shape == (720, 1280, 3)
    assert len(png) <= thumbnail.MAX_BYTES
    white = (shown > 245).all(axis=2)
    assert white[360:].sum() > 5_000  # the title, low down
    assert white[:60, 1000:].sum() > 100  # the watermark, at the top


@pytest.mark.parametrize("title", ["ज्ञान", "A title of some length about क्षमा, " * 3, "W" * 120])
def test_the_title_stays_inside_the_thumbnail(title: str) -> None:
    plain = np.full((720, 1280, 3), 90, np.uint8)
    white = (_open(draw_thumbnail([plain], title, None)) > 245).all(axis=2)
    ys, xs = np.nonzero(white)
    assert xs.min() >= 40
    assert xs.max() <= 1280 - 40
    assert ys.min() >= 200
    assert ys.max() <= 720 - 20


def test_even_noise_stays_under_two_megabytes() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (720, 1280, 3)).astype(np.uint8)
    png = draw_thumbnail([noise], "Noise", None)
    assert len(png) <= thumbnail.MAX_BYTES
    assert _open(png).shape == (720, 1280, 3)
