"""The table of drawable characters in the domain is that of the caption fonts."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from gpu_renderer.text.font_runs import split_by_font
from gpu_renderer.text.fonts import find_typeface
from gpu_renderer.text.text_renderer import find_missing_glyphs
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.language.scripts import SCRIPTS, Script
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.text.code_points import format_code_points, parse_code_points
from sutradhar.domain.text.font_coverage import read_font_coverage
from sutradhar.domain.text.text import (
    describe_character,
    find_undrawable_character,
    is_east_asian,
    make_drawable,
)

ROOT = Path(__file__).parents[2]


def test_the_table_is_that_of_the_installed_fonts() -> None:
    tool = ROOT / ".ci/write_font_coverage.py"
    output = subprocess.run([sys.executable, tool], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert (ROOT / "shared/sutradhar/domain/text/font_coverage.py").read_text() == output, f"run {tool.name}"


SAMPLES = {
    "Latn": "Ångström, naïve ñ œ — “quoted” 50% №7",
    "Deva": "राम “ज्ञान” ₹१२३ ॐ क्\u200dष क्\u200cष।",
    "Beng": "বাংলা ভাষা, ক্ষ ১২৩।",
    "Taml": "தமிழ் மொழி, க்ஷ ஸ்ரீ ௧௨௩.",
    "Telu": "తెలుగు భాష, క్ష ౧౨౩.",
    "Gujr": "ગુજરાતી ભાષા, ક્ષ ૧૨૩.",
    "Knda": "ಕನ್ನಡ ಭಾಷೆ, ಕ್ಷ ೧೨೩.",
    "Mlym": "മലയാളം ഭാഷ, ക്ഷ ൻ ന്\u200d ൧൨൩.",
    "Guru": "ਪੰਜਾਬੀ ਭਾਸ਼ਾ, ੧੨੩।",
    "Arab": "اللغة العربية، ١٢٣ “C++\u200e”؟",
    "Aran": "اردو زبان، ۱۲۳ ٹھیک ہے۔",
    "Cyrl": "Русский язык — «да», ё.",
    "Jpan": "日本語、「ひらがな」とカタカナ。１２３！ ※①→",
    "Kore": "한국어 문장, 大韓民國.",
    "Hans": "中文，“引号”《书名》……好！",
}


@pytest.mark.parametrize("text", ["a→b", "עברית", "1 ∑ 2", "कʰ\U00010900", "ภาษาไทย", "Привет。"])
def test_what_the_fonts_lack_is_found_without_them(text: str) -> None:
    missing = find_undrawable_character(text)
    assert missing is not None
    assert missing in text


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_has_a_font_that_draws_its_text(script: Script) -> None:
    text = SAMPLES[script]
    assert find_undrawable_character(text) is None
    letters = [c for c in make_drawable(text) if SCRIPTS[script].properties[0].upper() in unicodedata.name(c)]
    assert all(ord(c) in read_font_coverage(SCRIPTS[script].bold) for c in letters)


@pytest.mark.parametrize("text", ["Привет", "Ωμέγα", *(SAMPLES[script] for script in ("Latn", "Deva", "Cyrl"))])
def test_what_the_fonts_have_passes(text: str) -> None:
    assert find_undrawable_character(text) is None
    assert find_missing_glyphs(text) == ""


def test_a_script_without_a_font_is_named() -> None:
    with pytest.raises(InvalidRequest, match=r"no font and no rule of line breaks for the Thai script.*languages"):
        RenderPlan.parse({"topic": "Prahlad", "title": "ภาษาไทย"})


def test_east_asian_text_keeps_its_punctuation_and_other_text_gets_plain_one() -> None:
    assert make_drawable("はい！（ＡＢ１２）★") == "はい！（AB12）"
    assert make_drawable("Yes！（ＡＢ１２）★") == "Yes!(AB12)"
    assert make_drawable("☬ ਸਤਿ") == " ਸਤਿ"


def test_a_cluster_that_no_font_has_whole_is_found() -> None:
    """All fonts together have each character, but one cluster is drawn with one font."""
    text = "क\u0489"
    assert all(any(ord(c) in read_font_coverage(facts.bold) for facts in SCRIPTS.values()) for c in text)
    assert find_undrawable_character(text) == find_missing_glyphs(text) == "\u0489"


def test_the_domain_and_the_renderer_agree_on_every_character_of_the_plane() -> None:
    """Each one on its own and after a Devanagari letter; symbols that ``drawable`` takes out aside."""
    usual = [*read_font_coverage(SCRIPTS["Latn"].bold), *read_font_coverage(SCRIPTS["Deva"].bold)]
    for point in [*range(0x21, 0x2600, 7), *sorted(usual)[::5]]:
        for text in (chr(point), "क" + chr(point)):
            if (foreign := find_undrawable_character(text)) is not None and not is_east_asian(text):
                # the font of East Asian texts has arrows and the like, which count in such texts only
                assert foreign in find_missing_glyphs(text) or "\u2010" < foreign < "\u2e80"


def test_a_plan_with_such_a_character_is_refused_at_once() -> None:
    with pytest.raises(InvalidRequest, match=r"title: .*U\+2211"):
        RenderPlan.parse({"topic": "Prahlad", "title": "The ∑ sign"})


def test_emoji_in_a_narration_are_taken_out_not_refused() -> None:
    plan = RenderPlan.parse({"scenes": [{"narration": "Hello 🙂 world ✨", "image_prompt": "a hill"}]})
    assert plan.scenes[0].narration == "Hello world"


def test_a_character_is_named_as_people_can_look_it_up() -> None:
    assert describe_character("漢") == "'漢' (U+6F22 CJK UNIFIED IDEOGRAPH-6F22)"
    assert describe_character("\ue000") == "'\\ue000' (U+E000)"


def test_no_run_is_drawn_with_a_font_that_lacks_its_glyphs() -> None:
    face = find_typeface()
    text = "Om ॐ — “śrī” ₹५ ꠰ क᳐ क॑"
    assert find_undrawable_character(text) is None
    for font, part in split_by_font(text, face):
        name = getattr(font, "path", font).name
        assert all(ord(c) in read_font_coverage(name) for c in part)


def test_a_set_of_code_points_is_read_as_it_was_written() -> None:
    points = [1, 2, 3, 7, 0x10FFFF]
    table = parse_code_points(format_code_points(points))
    assert list(table) == points
    assert [point for point in (0, 1, 3, 4, 7, 8, 0x10FFFE, 0x10FFFF) if point in table] == [1, 3, 7, 0x10FFFF]
