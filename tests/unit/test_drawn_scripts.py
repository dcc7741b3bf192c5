"""Words whose font is missing are refused before anything is made; a font counts in the keys only of what it draws."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gpu_renderer.core.segments import Segment
from gpu_renderer.text import fonts
from gpu_renderer.text.fonts import find_script_font, find_typeface, hash_fonts
from gpu_renderer.text.segment_fonts import hash_segment_fonts, hash_thumbnail_fonts
from gpu_renderer.text.text_renderer import require_glyphs
from sutradhar import font_files
from sutradhar.domain.core.errors import NotInstalled
from sutradhar.domain.language.scripts import SCRIPTS, Script
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import Title
from sutradhar.font_files import list_missing_scripts
from sutradhar.pipeline.preflight import find_undrawable

SCENE = {"narration": "A river.", "image_prompt": "a river"}
JAPANESE = "川が流れる"


def list_errors(missing: list[Script], plan: dict[str, Any]) -> dict[str, str]:
    services: Any = SimpleNamespace(runner=SimpleNamespace(list_missing_scripts=lambda: missing))
    return {error.path: error.message for error in find_undrawable(services, RenderPlan.parse(plan))}


@pytest.mark.parametrize(
    ("plan", "path"),
    [
        ({"topic": "川", "language": "ja"}, "language"),
        ({"scenes": [SCENE], "languages": ["en", "ja"]}, "languages"),
        ({"scenes": [SCENE], "render": {"burn_captions": "ja"}}, "render.burn_captions"),
        ({"scenes": [SCENE], "title": f"The {JAPANESE}"}, "title"),
        ({"scenes": [SCENE | {"title": {"text": JAPANESE}}]}, "scenes[0].title"),
        ({"scenes": [SCENE], "watermark": f"© {JAPANESE}"}, "watermark"),
    ],
)
def test_words_without_a_font_are_refused_where_they_stand(plan: dict[str, Any], path: str) -> None:
    errors = list_errors(["Jpan"], plan)
    assert list(errors) == [path]
    assert "Japanese is not installed" in errors[path]
    assert "fonts-noto-cjk" in errors[path]
    assert not list_errors([], plan)


def test_a_machine_without_the_other_fonts_makes_the_videos_of_today() -> None:
    missing: list[Script] = [script for script in SCRIPTS if script not in ("Latn", "Deva", "Cyrl")]
    assert not list_errors(missing, {"scenes": [SCENE], "title": "The नदी", "languages": ["en", "hi", "ru"]})
    tracks = {"scenes": [SCENE], "languages": ["en", "ja"], "language_output": "tracks"}
    assert not list_errors(missing, tracks)  # no word of the further languages is drawn


def test_the_scripts_of_missing_files_are_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert list_missing_scripts() == []
    for facts in SCRIPTS.values():
        for name in {facts.bold, facts.regular} - {"NotoSansTamil-Regular.ttf"}:
            (tmp_path / name).touch()
    monkeypatch.setattr(font_files, "FONT_FOLDERS", (str(tmp_path),))
    assert list_missing_scripts() == ["Taml"]


def test_the_renderer_names_the_package_of_a_missing_font(monkeypatch: pytest.MonkeyPatch) -> None:
    face = find_typeface()
    find_script_font.cache_clear()
    monkeypatch.setattr(fonts, "find_font_file", lambda *_: None)
    assert find_typeface() == face
    with pytest.raises(NotInstalled, match=r"NotoSansCJK-Bold.ttc.*apt-get install fonts-noto-cjk"):
        require_glyphs(JAPANESE, "the title")


def make_segment(**fields: Any) -> Segment:
    empty = {"caption_style": "plain", "titles": (), "watermark": None, "cues": (), "clips": ()}
    return Segment(start=0, frames=30, fps=30, width=320, height=180, **(empty | fields))


def caption(text: str) -> tuple[Cue, ...]:
    return (Cue(start=0, end=30, lines=(text,)),)


@pytest.mark.parametrize("language", [None, "en", "hi", "ru", "ta", "ja"])
def test_texts_that_the_fonts_of_today_draw_have_the_keys_of_today(language: Any) -> None:
    segment = make_segment(
        language=language,
        caption_language=language,
        cues=caption("Hello, राम 42!"),
        titles=(Title(start=0, end=9, text="Привет"),),
    )
    assert hash_segment_fonts(segment) == {}
    assert hash_thumbnail_fonts(["Hello, राम 42!"], language) == {}


def test_a_font_counts_where_it_draws() -> None:
    tamil, chinese, japanese = (
        hash_segment_fonts(make_segment(cues=caption(text), caption_language=language))
        for text, language in (("வணக்கம்", "ta"), ("骨", "zh"), ("骨", "ja"))
    )
    assert set(tamil) - {"languages"} == {"NotoSansTamil-Bold.ttf 0"}
    assert chinese != japanese  # the same character has another form
    marathi = hash_segment_fonts(make_segment(cues=caption("राम"), caption_language="mr"))
    assert set(marathi) - {"languages"} == {"NotoSansDevanagari-Bold.ttf 0 mr"}
    title = (Title(start=0, end=9, text="Hello"),)
    assert hash_segment_fonts(make_segment(titles=title, caption_language="ur"))  # it leaves room for higher captions
    assert not set(hash_fonts()) & {*tamil, *chinese, *japanese, *marathi}


def test_forms_of_letters_are_asked_for_where_the_font_has_them() -> None:
    from fontTools.ttLib import TTFont

    tags = {"mr": "MAR", "ne": "NEP", "ur": "URD", "ml": "MAL"}
    for language, facts in FACTS.items():
        font = find_typeface().adapt_to_language(language).find_font(facts.script)
        with TTFont(font.path, fontNumber=font.face, lazy=True) as opened:
            records = [r.Script for table in ("GSUB", "GPOS") for r in opened[table].table.ScriptList.ScriptRecord]
        has = {record.LangSysTag.strip() for script in records for record in script.LangSysRecord}
        assert (tags.get(language) in has) == bool(facts.shaping), language
        assert facts.shaping in ("", language)
