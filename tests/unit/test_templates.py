"""Every template gives a plan of the right length and language, which is accepted as it is."""

from itertools import product

import pytest

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.language.detect import detect_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.limits import estimate_video_sec
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.providers.offline.storybook.templates import StorybookTemplates
from tests.unit.storybook_plans import LANGUAGES

TEMPLATES = StorybookTemplates()
IDS = [template.id for template in TEMPLATES.list_templates()]
LENGTHS = (30, 60, 97, 150, 240, 420, 600)


def test_there_are_eight_templates_and_the_two_that_clients_know() -> None:
    assert len(IDS) >= 8
    assert {"prahlad", "ganga_avatar"} <= set(IDS)
    for template in TEMPLATES.list_templates():
        assert set(template.languages) >= set(LANGUAGES)
        for language in LANGUAGES:
            assert detect_language(template.titles[language]) == language
            assert detect_language(template.descriptions[language]) == language
        assert template.tags


@pytest.mark.parametrize(("template_id", "language"), list(product(IDS, LANGUAGES)))
def test_a_plan_has_its_length_and_its_language(template_id: str, language: Language) -> None:
    voices: tuple[Voice, ...] = ("F", "M")
    for length, voice in product(LENGTHS, voices):
        requested_plan = RenderPlan(topic="template", language=language, length_sec=length, voice=voice)
        plan = TEMPLATES.write_plan(template_id, requested_plan)
        case = (length, voice)
        assert estimate_video_sec(plan) == pytest.approx(length, rel=0.05), case
        assert sum(scene.duration_sec or 0 for scene in plan.scenes) == pytest.approx(length, rel=0.05), case
        assert (plan.language, plan.voice, plan.length_sec) == (language, voice, length)
        other: Language = "en" if language == "hi" else "hi"
        for scene in plan.scenes:
            assert detect_language(scene.narration) == language
            assert detect_language(scene.translations[other]) == other


def test_a_slower_voice_fills_a_length_for_which_the_story_is_too_short() -> None:
    plan = TEMPLATES.write_plan("tortoise_and_hare", RenderPlan(topic="x", language="en", length_sec=600, voice="M"))
    assert 0.85 <= plan.delivery.speed < 1
    plan = TEMPLATES.write_plan("tortoise_and_hare", RenderPlan(topic="x", language="en", length_sec=300, voice="M"))
    assert plan.delivery.speed == 1


@pytest.mark.parametrize(
    "wrong", ["", "nope", "../stories/prahlad", "prahlad.toml", "/etc/passwd", "PRAHLAD", "x" * 999]
)
def test_an_unknown_template_is_not_found_and_the_others_are_named(wrong: str) -> None:
    with pytest.raises(NotFound) as refused:
        TEMPLATES.write_plan(wrong, RenderPlan(topic="x"))
    assert all(name in str(refused.value) for name in IDS)
    assert len(str(refused.value)) < 400
