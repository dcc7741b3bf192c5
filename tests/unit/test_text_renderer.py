"""Text is shaped, cut into runs and measured as its readers expect. Pixels are the proof."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, features

from gpu_renderer.text import fonts
from gpu_renderer.text.font_runs import split_by_font
from gpu_renderer.text.fonts import find_typeface
from gpu_renderer.text.line_layout import measure_line
from gpu_renderer.text.text_renderer import (
    Style,
    draw_lines,
    find_missing_glyphs,
)
from sutradhar import font_files
from sutradhar.domain.core.errors import NotInstalled

PLAIN = Style(outline_width=0.0, shadow_opacity=0.0)
SIZE = 80


def _draw_by_pillow(text: str, engine: ImageFont.Layout) -> np.ndarray:
    """The glyphs of ``text`` by Pillow itself, cut to their ink."""
    font = ImageFont.truetype(find_typeface().devanagari.path, SIZE, layout_engine=engine)
    image = Image.new("L", (900, 240))
    ImageDraw.Draw(image).text((60, 140), text, fill=255, font=font, anchor="ls")
    return np.asarray(image.crop(image.getbbox()))


def _draw(text: str) -> np.ndarray:
    alpha = Image.fromarray(draw_lines([text], find_typeface(), SIZE, PLAIN, align="start").rgba[..., 3])
    return np.asarray(alpha.crop(alpha.getbbox()))


@pytest.mark.parametrize("word", ["प्रह्लाद", "श्री", "क्ष", "ज्ञान", "धर्म", "की", "कि"])
def test_devanagari_is_drawn_as_harfbuzz_shapes_it(word: str) -> None:
    assert np.array_equal(_draw(word), _draw_by_pillow(word, ImageFont.Layout.RAQM))


@pytest.mark.parametrize("word", ["प्रह्लाद", "श्री", "क्ष", "ज्ञान", "धर्म"])
def test_conjuncts_are_joined_and_show_no_halant(word: str) -> None:
    """Unshaped text draws every halant as a stroke of its own; a ZWNJ after each one forces just that look."""
    shaped = _draw(word)
    unshaped = _draw_by_pillow(word, ImageFont.Layout.BASIC)
    forced = _draw(word.replace("\u094d", "\u094d\u200c"))
    assert shaped.shape[1] < unshaped.shape[1] * 0.95
    assert shaped.shape[1] < forced.shape[1] * 0.95


def test_the_short_i_stands_before_its_consonant() -> None:
    consonant = _draw("क")[-SIZE // 2 :]
    width = consonant.shape[1]

    def differs(part: np.ndarray) -> float:
        return float(np.abs(part[-SIZE // 2 :].astype(float) - consonant).mean())

    shaped, unshaped = _draw("कि"), _draw_by_pillow("कि", ImageFont.Layout.BASIC)
    assert differs(shaped[:, -width:]) < 20 < differs(shaped[:, :width])
    assert differs(unshaped[:, :width]) < 20 < differs(unshaped[:, -width:])


def test_a_mixed_line_stands_on_one_baseline_and_keeps_both_scripts_glyphs() -> None:
    bitmap = draw_lines(["Hराम"], find_typeface(), SIZE, PLAIN, align="start")
    alone = draw_lines(["H"], find_typeface(), SIZE, PLAIN, align="start")
    left = bitmap.inset + round(measure_line("H", find_typeface(), SIZE)) - 4
    assert np.array_equal(bitmap.rgba[:, : left - 4, 3], alone.rgba[:, : left - 4, 3])
    bottom_of_h = np.nonzero(alone.rgba[..., 3].max(axis=1) > 128)[0].max()
    bottom_of_ra_ma = np.nonzero(bitmap.rgba[:, left + 40 :, 3].max(axis=1) > 128)[0].max()
    assert abs(int(bottom_of_h) - int(bottom_of_ra_ma)) <= SIZE * 0.05


def _fonts(text: str) -> list[tuple[str, str]]:
    return [
        ("deva" if font == find_typeface().devanagari else "latn", part)
        for font, part in split_by_font(text, find_typeface())
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, world 42!", [("latn", "Hello, world 42!")]),
        ("श्री 108, हरि।", [("deva", "श्री 108, हरि।")]),
        ("42 राम", [("deva", "42 राम")]),
        ("Ram (राम) said", [("latn", "Ram ("), ("deva", "राम) "), ("latn", "said")]),
        ("क्\u200dष क्\u200cष", [("deva", "क्\u200dष क्\u200cष")]),
        ("ok।", [("latn", "ok"), ("deva", "।")]),
        ("राम @ ₹5 ©", [("deva", "राम "), ("latn", "@"), ("deva", " ₹5 "), ("latn", "©")]),
        ("", []),
    ],
)
def test_runs_keep_neutral_characters_with_their_neighbours(text: str, expected: list[tuple[str, str]]) -> None:
    assert _fonts(text) == expected


def test_every_character_lands_in_a_font_that_has_it() -> None:
    text = "“Ωμέγα” — Привет, राम का ‘ज्ञान’… 50% ₹१२३ ॐ é ñ œ"
    assert find_missing_glyphs(text) == ""
    assert "".join(part for _, part in _fonts(text)) == text


def test_missing_glyphs_are_named_once_and_in_order() -> None:
    assert find_missing_glyphs("राम 🙂 and ไทย 🙂 \u200d\n") == "🙂ไทย"


def test_measured_width_is_the_sum_of_what_is_drawn() -> None:
    text = "Prahlad प्रह्लाद 42"
    width = measure_line(text, find_typeface(), SIZE)
    assert abs(_draw(text).shape[1] - width) < SIZE * 0.15


def test_drawing_is_deterministic_and_transparent_outside() -> None:
    one, other = (draw_lines(["श्री", "Shri"], find_typeface(), 40, Style(box_opacity=0.3)).rgba for _ in range(2))
    assert np.array_equal(one, other)
    assert one.dtype == np.uint8
    assert one[0, 0, 3] == 0


def test_letters_are_white_inside_a_dark_outline() -> None:
    rgba = draw_lines(["I"], find_typeface(), 200, Style()).rgba
    row = rgba[rgba.shape[0] // 2]
    white = np.nonzero((row[:, :3] > 250).all(axis=1) & (row[:, 3] > 250))[0]
    dark = np.nonzero((row[:, :3] < 30).all(axis=1) & (row[:, 3] > 250))[0]
    assert white.size > 10
    assert dark.min() < white.min()
    assert dark.max() > white.max()


def test_work_is_refused_without_raqm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda name: name != "raqm")
    fonts.find_typeface.cache_clear()
    try:
        with pytest.raises(NotInstalled, match="apt-get install libfribidi0"):
            find_typeface()
    finally:
        fonts.find_typeface.cache_clear()


def test_a_missing_font_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(font_files, "FONT_FOLDERS", (str(tmp_path),))
    with pytest.raises(NotInstalled, match=r"NotoSans-Bold.ttf.*apt-get install fonts-noto-core"):
        find_typeface(tmp_path / "nothing")


def test_a_given_folder_is_searched_first(tmp_path: Path) -> None:
    for font in (find_typeface().latin, find_typeface().devanagari):
        (tmp_path / font.name).symlink_to(font.path)
    assert find_typeface(tmp_path).latin.path.parent == tmp_path
