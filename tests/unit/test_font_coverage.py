"""The table of drawable characters in the domain is that of the caption fonts."""

import subprocess
import sys
from pathlib import Path

import pytest

from gpu_renderer.text.font_runs import split_by_font
from gpu_renderer.text.fonts import find_typeface
from gpu_renderer.text.text_renderer import find_missing_glyphs
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.text import font_coverage
from sutradhar.domain.text.text import describe_character, find_undrawable_character

ROOT = Path(__file__).parents[2]


def test_the_table_is_that_of_the_installed_fonts() -> None:
    tool = ROOT / ".ci/write_font_coverage.py"
    output = subprocess.run([sys.executable, tool], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert (ROOT / "shared/sutradhar/domain/text/font_coverage.py").read_text() == output, f"run {tool.name}"


@pytest.mark.parametrize("text", ["漢", "a→b", "తెలుగు", "עברית", "1 ∑ 2", "कʰ\U00010900"])
def test_what_the_fonts_lack_is_found_without_them(text: str) -> None:
    assert find_undrawable_character(text) == find_missing_glyphs(text)[0]


@pytest.mark.parametrize("text", ["Привет", "Ωμέγα", "राम “ज्ञान” ₹१२३ ॐ 50%", "क्\u200dष क्\u200cष", "naïve ñ œ", ""])
def test_what_the_fonts_have_passes(text: str) -> None:
    assert find_undrawable_character(text) is None
    assert find_missing_glyphs(text) == ""


def test_a_cluster_that_neither_font_has_whole_is_found() -> None:
    """Both fonts together have each character, but one cluster is drawn with one font."""
    text = "क\u0489"
    assert all(ord(c) in font_coverage.LATIN | font_coverage.DEVANAGARI for c in text)
    assert find_undrawable_character(text) == find_missing_glyphs(text) == "\u0489"


def test_the_domain_and_the_renderer_agree_on_every_character_of_the_plane() -> None:
    """Each one on its own and after a Devanagari letter; symbols that ``drawable`` takes out aside."""
    for point in [*range(0x21, 0x2600, 7), *sorted(font_coverage.LATIN | font_coverage.DEVANAGARI)[::5]]:
        for text in (chr(point), "क" + chr(point)):
            if (foreign := find_undrawable_character(text)) is not None:
                assert foreign in find_missing_glyphs(text)


def test_a_plan_with_such_a_character_is_refused_at_once() -> None:
    with pytest.raises(InvalidRequest, match=r"title: .*U\+6F22"):
        RenderPlan.parse({"topic": "Prahlad", "title": "The 漢 sign"})


def test_emoji_in_a_narration_are_taken_out_not_refused() -> None:
    plan = RenderPlan.parse({"scenes": [{"narration": "Hello 🙂 world ✨", "image_prompt": "a hill"}]})
    assert plan.scenes[0].narration == "Hello world"


def test_a_character_is_named_as_people_can_look_it_up() -> None:
    assert describe_character("漢") == "'漢' (U+6F22 CJK UNIFIED IDEOGRAPH-6F22)"
    assert describe_character("\ue000") == "'\\ue000' (U+E000)"


def test_no_run_is_drawn_with_a_font_that_lacks_its_glyphs() -> None:
    face = find_typeface()
    has = {face.latin: font_coverage.LATIN, face.devanagari: font_coverage.DEVANAGARI}
    text = "Om ॐ — “śrī” ₹५ ꠰ क᳐ क॑"
    assert find_undrawable_character(text) is None
    assert all(ord(c) in has[font] for font, part in split_by_font(text, face) for c in part)
