"""A model writes scripts in every language of the table, and an estimate has a script of the same size."""

import pytest

from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import estimate_scene_sec
from sutradhar.domain.text.words import join_words, split_words
from sutradhar.providers.hosted.script import Script, ScriptScene, build_request, choose_translation
from sutradhar.providers.hosted.script_draft import draft_plan
from sutradhar.providers.hosted.script_plan import find_validation_error, write_plan


def ask_for(language: Language, **fields: object) -> RenderPlan:
    return RenderPlan.parse({"topic": "A river", "language": language, "length_sec": 60, **fields})


def write_script(plan: RenderPlan) -> Script:
    """Return a script with the narrations of ``plan``, each without a last word that makes it too long."""
    scenes = [
        ScriptScene(
            narration=shorten(scene.narration, plan),
            translation="The river.",
            image_prompt=f"view {i}",
            characters=[],
            sounds=[],
            camera="hold",
        )
        for i, scene in enumerate(plan.scenes)
    ]
    return Script(title="A", description="B", tags=[], mood="calm", style="ink", characters=[], scenes=scenes)


def shorten(narration: str, plan: RenderPlan) -> str:
    words = split_words(narration)
    seconds = estimate_scene_sec(narration, plan.spoken_language)
    return join_words(words[:-2]) if seconds > 1.05 * plan.length_sec / len(plan.scenes) else narration


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_script_is_asked_for_in_each_language(language: Language) -> None:
    request = build_request(ask_for(language))
    assert f"The narration is in {FACTS[language].writing};" in request.instructions
    unit = "words" if FACTS[language].word_rule == "spaces" else "characters"
    assert f" {unit} of narration in all" in request.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_estimate_is_as_long_as_the_script_that_fits(language: Language) -> None:
    requested_plan = ask_for(language)
    draft = draft_plan(requested_plan)
    seconds = sum(estimate_scene_sec(scene.narration, language) for scene in draft.scenes)
    assert seconds == pytest.approx(60, rel=0.15)
    script = write_script(draft)
    plan = write_plan("stub", requested_plan, lambda _text: script)
    assert [scene.narration for scene in plan.scenes] == [scene.narration for scene in script.scenes]
    half = script.model_copy(update={"scenes": script.scenes[:2]})
    assert "Make the narration longer" in find_validation_error(half, requested_plan)


def test_the_translation_that_comes_with_a_script_is_that_of_the_captions() -> None:
    assert choose_translation(ask_for("en")) == "hi"
    assert choose_translation(ask_for("hi")) == "en"
    assert choose_translation(ask_for("ta")) == "en"
    assert choose_translation(ask_for("ta", subtitle_languages=["ta"])) is None
    assert choose_translation(ask_for("ta", subtitle_languages=["ta", "fr", "en"])) == "fr"
    assert choose_translation(ask_for("ta", languages=["ta", "fr"])) is None, "each language has its own call"
    assert "there is no translation: leave it empty" in build_request(ask_for("ta", languages="ta, fr")).instructions


def test_the_glossary_holds_for_the_translation_of_a_script() -> None:
    request = build_request(ask_for("ta", glossary={"ஆறு": {"en": "Kaveri", "fr": "la Kaveri"}}))
    assert request.text.endswith("In the translation write exactly: ஆறு = Kaveri")
