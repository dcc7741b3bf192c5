"""Texts of other scripts stand where their readers look for them, in the forms of letters of their language."""

from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from gpu_renderer.text.captions import Caption, find_caption_top
from gpu_renderer.text.font_runs import read_coverage, split_by_font
from gpu_renderer.text.fonts import FontFile, Typeface, find_script_font, find_typeface
from gpu_renderer.text.line_layout import measure_ink
from gpu_renderer.text.look import usual_look
from gpu_renderer.text.lyric_hand import draw_handwritten
from gpu_renderer.text.lyric_karaoke import SUNG, KaraokeBlock
from gpu_renderer.text.lyric_layout import split_tokens
from gpu_renderer.text.lyric_words import DrawnWord, draw_bold, draw_brat, draw_clean
from gpu_renderer.text.text_renderer import Style, draw_lines
from gpu_renderer.text.titles import draw_title_overlay
from gpu_renderer.thumbnail.draw import draw_thumbnail
from sutradhar.domain.language.scripts import SCRIPTS, Script
from sutradhar.domain.language.tags import Language
from sutradhar.domain.text.words import join_words, split_words
from sutradhar.domain.video.timeline import Title
from tests.phrases import list_phrases

SIZES = [(640, 360), (360, 640)]
PLAIN = Style(outline_width=0.0, shadow_opacity=0.0)
ARABIC, URDU = "قال الأمير الصغير مرحباً", "دل کی بات لبوں پر"
JAPANESE = "吾輩は猫である。名前はまだ無い。"


def middle(drawn: DrawnWord) -> float:
    columns = np.nonzero((drawn.overlay.rgba[..., 3] > 128).any(axis=0))[0]
    return drawn.overlay.x + float(columns.mean())


@pytest.mark.parametrize(("text", "language"), [(ARABIC, "ar"), (URDU, "ur")])
def test_words_of_a_caption_are_highlighted_from_right_to_left(text: str, language: Language) -> None:
    caption = Caption([text], 640, 360, usual_look().adapt_to_language(language))
    boxes = [caption.highlight(i) for i in range(len(text.split()))]
    edges = [(box.x, box.x + box.rgba.shape[1]) for box in boxes]
    assert edges == sorted(edges, reverse=True)
    right = caption.plain.x + caption.plain.rgba.shape[1]
    assert right - edges[0][1] < 60
    assert edges[-1][0] - caption.plain.x < 60


def test_latin_words_among_arabic_ones_keep_their_own_order() -> None:
    text = "شاهد Hello World الآن"
    caption = Caption([text], 640, 360, usual_look().adapt_to_language("ar"))
    left = [caption.highlight(i).x for i in range(4)]
    assert left[0] > left[2] > left[1] > left[3]


@pytest.mark.parametrize("size", SIZES)
def test_a_lower_third_and_the_title_of_a_thumbnail_stand_where_reading_begins(size: tuple[int, int]) -> None:
    title = Title(start=0, end=9, text="قال", subtext="الأمير", place="lower_third")
    arabic = draw_title_overlay(title, *size, usual_look().adapt_to_language("ar"))
    english = draw_title_overlay(title.evolve(text="He", subtext="said"), *size)
    assert english.x < size[0] / 2 < arabic.x
    assert arabic.x + arabic.rgba.shape[1] <= size[0] * (0.885 if size[0] < size[1] else 0.955)
    frame = np.full((size[1], size[0], 3), 60, np.uint8)
    png = draw_thumbnail(frame, "قال", None, size, usual_look().adapt_to_language("ar"))
    white = (np.asarray(Image.open(BytesIO(png)).convert("RGB")) > 240).all(axis=2)
    assert np.nonzero(white.any(axis=0))[0].min() > size[0] / 3


def test_lyrics_are_placed_and_written_from_right_to_left() -> None:
    tokens = split_tokens(ARABIC.split()[:2])
    for drawn in (draw_clean(tokens, 640, 360, "ar"), draw_brat(tokens, 640, 360, "ar")):
        assert middle(drawn[0]) > middle(drawn[1])
    first, second = draw_bold(tokens, 640, 360, "ar")
    assert first.middle[0] > second.middle[0]
    assert all(word.is_rtl for word in draw_handwritten(tokens, 640, 360, "ar"))


@pytest.mark.parametrize(("text", "language"), [("الصغير", "ar"), ("تشکیلات", "ur")])
def test_karaoke_fills_a_word_from_its_right_end(text: str, language: Language) -> None:
    word = KaraokeBlock(split_tokens([text]), 640, 360, language).words[0]
    assert word.shares == tuple(sorted(word.shares))
    filled = word.fill(len(word.shares) // 2, 0.0).rgba
    gold = (np.abs(filled[..., :3].astype(int) - SUNG).max(axis=2) < 3) & (filled[..., 3] > 250)
    white = (filled[..., :3] > 250).all(axis=2) & (filled[..., 3] > 250)
    assert np.nonzero(gold.any(axis=0))[0].min() >= np.nonzero(white.any(axis=0))[0].max()


def test_phrases_follow_each_other_without_a_gap() -> None:
    words = split_words(JAPANESE)
    assert len(words) > 3
    caption = Caption([JAPANESE], 960, 540, usual_look().adapt_to_language("ja"))
    boxes = [caption.highlight(i) for i in range(len(words))]
    padding = 2 * round(0.08 * 27) + 6 + 2  # both sides of a box, its soft edges, and even numbers
    for box, following in pairwise(boxes):
        assert abs(box.x + box.rgba.shape[1] - following.x - padding) <= 4


def test_a_space_of_lyrics_stays_beside_a_phrase() -> None:
    near, apart = (draw_clean(split_tokens(texts), 640, 360, "ja") for texts in (["iPhone", "を"], ["iPhone ", "を"]))
    assert apart[1].overlay.x - apart[0].overlay.x > near[1].overlay.x - near[0].overlay.x + 2


def test_phrases_of_lines_that_are_broken_again_are_joined_without_a_space() -> None:
    look, words = usual_look().adapt_to_language("ja"), split_words(JAPANESE)
    lines = [join_words(words[:3]), join_words(words[3:])]
    narrow = Caption([JAPANESE * 2], 360, 640, look).plain
    assert np.array_equal(Caption([*lines, *lines], 360, 640, look).plain.rgba, narrow.rgba)


def draw(text: str, language: Language) -> np.ndarray:
    return draw_lines([text], find_typeface().adapt_to_language(language), 60, PLAIN).letters


@pytest.mark.parametrize(("text", "languages"), [("骨直", ("ja", "zh")), ("झ", ("ne", "hi")), ("کیا", ("ur", "ar"))])
def test_a_language_has_its_own_forms(text: str, languages: tuple[Language, Language]) -> None:
    one, other = (draw(text, language) for language in languages)
    assert one.shape != other.shape or not np.array_equal(one, other)


@pytest.mark.parametrize("script", SCRIPTS)
def test_lines_have_room_for_the_letters_of_the_script(script: Script) -> None:
    facts, high = SCRIPTS[script], 0
    phrases = list_phrases(script, 30)
    for language, text in phrases:
        above, below = measure_ink(text, find_typeface().adapt_to_language(language))
        high += above > facts.ascent + 0.05 or below > facts.descent + 0.05
    assert high <= (len(phrases) // 4 if script == "Aran" else 0)  # Nastaliq has no highest word: letters pile up


@pytest.mark.parametrize("language", ["ur", "ar", "kn", "ta"])
def test_no_caption_reaches_above_its_place(language: Language) -> None:
    look = usual_look().adapt_to_language(language)
    script = {"ur": "Aran", "ar": "Arab", "kn": "Knda", "ta": "Taml"}[language]
    text = " ".join(phrase for _, phrase in list_phrases(script, 40)[::13])  # type: ignore[arg-type]
    for width, height in SIZES:
        overlay = Caption([text], width, height, look).plain
        rows = np.nonzero((overlay.rgba[..., 3] > 200).any(axis=1))[0]
        assert overlay.y + rows[0] >= find_caption_top(width, height, look)


def test_a_brand_leaves_other_scripts_to_the_usual_fonts() -> None:
    usual, other = find_typeface(), FontFile(find_script_font("Latn", "regular").path)
    brand = Typeface(other, usual.devanagari, spare=usual, keeps_words=True)
    assert split_by_font("Hi தமிழ், 日本 Ω", brand) == [
        (other, "Hi "),
        (find_script_font("Taml", "bold"), "தமிழ், "),
        (find_script_font("Jpan", "bold"), "日本 "),
        (other, "Ω"),
    ]


def test_the_characters_of_a_collection_are_those_that_font_tools_reads() -> None:
    font = find_script_font("Hans", "bold")
    with TTFont(font.path, fontNumber=font.face, lazy=True) as opened:
        assert read_coverage(font) == frozenset(opened.getBestCmap())
