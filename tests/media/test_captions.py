"""Captions and the watermark as bitmaps: inside the frame, readable, on the chroma grid, under their limits."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from gpu_renderer.text.captions import Caption, draw_watermark_overlay, find_caption_top
from gpu_renderer.text.fonts import hash_fonts
from gpu_renderer.text.overlay import Overlay
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.caption_lines import break_lines

SIZES = [(1920, 1080), (1080, 1920), (1080, 1080), (1280, 720), (720, 1280), (3840, 2160)]
TEXTS = {
    "english": "The young prince Prahlad never feared the mighty king, for his heart was full of it",
    "hindi": "प्रह्लाद ने श्री विष्णु की क्षमा और ज्ञान से धर्म का मार्ग चुना, कर्म ही पूजा है।",
    "mixed": "Prahlad (प्रह्लाद) said: “श्री हरि” — 100% ज्ञान",
    "widest": "W" * 84,
    "one word": "क",
}


def _caption(text: str, width: int, height: int) -> Caption:
    return Caption(break_lines(text), width, height)


def _ink(overlay: Overlay) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the letters (white and opaque) in the frame."""
    letters = np.all(overlay.rgba > 200, axis=2)
    ys, xs = np.nonzero(letters.any(axis=1))[0], np.nonzero(letters.any(axis=0))[0]
    return overlay.x + int(xs[0]), overlay.y + int(ys[0]), overlay.x + int(xs[-1]), overlay.y + int(ys[-1])


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_caption_is_centred_in_the_title_safe_area_of_every_frame(text: str, width: int, height: int) -> None:
    overlay = _caption(text, width, height).plain
    rows, columns = overlay.rgba.shape[:2]
    assert overlay.x >= 0
    assert overlay.x + columns <= width
    assert overlay.y + rows <= height
    left, top, right, bottom = _ink(overlay)
    assert right - left <= (0.76 if width < height else 0.9) * width
    assert abs((left + right) / 2 - width / 2) <= 0.01 * width
    assert 0.6 * height < top
    assert bottom <= (0.8 if width < height else 0.95) * height


def test_a_cue_too_wide_for_an_upright_frame_is_broken_anew_at_full_size() -> None:
    wide = _caption(TEXTS["english"], 1920, 1080).plain
    upright = _caption(TEXTS["english"], 1080, 1920).plain
    line = 0.05 * 1080 * 1.32
    assert upright.rgba.shape[0] - wide.rgba.shape[0] == pytest.approx(line, abs=3)


def test_the_last_baseline_does_not_move_between_cues() -> None:
    one, two = (
        _caption(text, 1920, 1080).plain for text in ("Home", "Home and more words in this very long line, home")
    )
    assert _ink(one)[3] == pytest.approx(_ink(two)[3], abs=14 + 1)  # a comma hangs below
    assert one.y + one.rgba.shape[0] == two.y + two.rgba.shape[0]


def _blend_over(overlay: Overlay, background: int) -> np.ndarray:
    alpha = overlay.rgba[..., 3:] / 255
    return overlay.rgba[..., :3] * alpha + background * (1 - alpha)


@pytest.mark.parametrize("background", [0, 128, 255])
def test_a_caption_reads_on_black_grey_and_white(background: int) -> None:
    """WCAG asks for 4.5 : 1 between letters and their surroundings."""
    overlay = _caption("Prahlad प्रह्लाद", 1920, 1080).plain
    flat = _blend_over(overlay, background).mean(axis=2)
    letters = (overlay.rgba > 250).all(axis=2)
    near = np.asarray(Image.fromarray(letters).convert("L").filter(ImageFilter.MaxFilter(7))) > 0
    rim = near & (overlay.rgba[..., 3] > 250) & (overlay.rgba[..., 0] < 40)
    light, dark = ((float(flat[mask].mean()) / 255) ** 2.2 for mask in (letters, rim))
    assert (light + 0.05) / (dark + 0.05) > 4.5


@pytest.mark.parametrize("position", ["tl", "tr", "bl", "br"])
def test_the_watermark_stands_in_its_corner(position: str) -> None:
    width, height = 1280, 720
    overlay = draw_watermark_overlay(Watermark(text="Sutradhar", position=position, opacity=1.0), width, height)
    left, top, right, bottom = _ink(overlay)
    margin = 0.025 * 720
    assert (left if position[1] == "l" else width - right) == pytest.approx(margin, abs=5)
    assert (top if position[0] == "t" else height - bottom) == pytest.approx(margin, abs=12)
    assert bottom - top < 0.05 * height


@pytest.mark.parametrize("position", ["tl", "tr", "bl", "br"])
@pytest.mark.parametrize("text", ["Sutradhar", "म" * 40])
def test_the_watermark_of_an_upright_frame_is_clear_of_the_apps_buttons(position: str, text: str) -> None:
    width, height = 1080, 1920
    mark = draw_watermark_overlay(Watermark(text=text, position=position, opacity=1.0), width, height)
    left, top, right, bottom = _ink(mark)
    assert left >= 0.04 * width
    assert right <= 0.885 * width
    assert top >= 0.07 * height
    assert bottom <= 0.84 * height
    assert bottom < find_caption_top(width, height) or top > _ink(_caption("Home", width, height).plain)[3]


def test_the_watermark_is_as_opaque_as_asked_and_fits_when_long() -> None:
    full, half = (draw_watermark_overlay(Watermark(text="म" * 40, opacity=o), 720, 1280) for o in (1.0, 0.5))
    assert full.rgba[..., 3].max() == 255
    assert half.rgba[..., 3].max() in (127, 128)
    assert full.rgba.shape[1] < 0.55 * 720


def test_overlays_off_the_chroma_grid_are_refused() -> None:
    with pytest.raises(ValueError, match="chroma grid"):
        Overlay(1, 0, np.zeros((2, 2, 4), np.uint8))


def test_font_hashes_name_both_fonts() -> None:
    hashes = hash_fonts()
    assert set(hashes) == {"NotoSans-Bold.ttf", "NotoSansDevanagari-Bold.ttf"}
    assert all(len(h) == 64 for h in hashes.values())


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_caption_reaches_above_the_captions_place(text: str, width: int, height: int) -> None:
    overlay = _caption(text, width, height).plain
    rows = np.nonzero((overlay.rgba[..., 3] > 200).any(axis=1))[0]
    assert overlay.y + rows[0] >= find_caption_top(width, height)


def test_a_character_that_no_font_can_draw_is_an_error_that_names_it_and_the_text() -> None:
    with pytest.raises(RenderError, match=r"the caption “a ไ b” has the character 'ไ' \(U\+0E44") as caught:
        _caption("a ไ b", 320, 180)
    assert caught.value.stage == "picture"
    assert "take the character out" in caught.value.advice
    with pytest.raises(RenderError, match=r"the watermark “ไ” .*THAI CHARACTER"):
        draw_watermark_overlay(Watermark.model_construct(text="ไ", position="tr", opacity=1.0), 320, 180)


def test_an_upright_frame_breaks_the_lines_of_a_poem_each_by_itself() -> None:
    poem = ["Twinkle, twinkle, little star, tonight,", "how I wonder"]
    kept = Caption(poem, 720, 1280, keeps_lines=True).plain
    broken = [part for line in poem for part in break_lines(line, 25)]
    assert len(broken) == 3
    assert np.array_equal(kept.rgba, Caption(broken, 720, 1280).plain.rgba)
    assert not np.array_equal(kept.rgba, Caption(poem, 720, 1280).plain.rgba)
