"""Write plans by the offline planner, for its tests."""

import re

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.providers.offline.storybook.planner import Storybook

LANGUAGES: tuple[Language, ...] = ("en", "hi")
BLANKS = re.compile(r"[{}\[\]]|TODO|\b[Tt]opic\b")


def write_plan(**fields: object) -> RenderPlan:
    return Storybook().write_plan(RenderPlan.model_validate(fields))


def sum_seconds(p: RenderPlan) -> float:
    return sum(s.duration_sec or 0 for s in p.scenes)


def check_form(p: RenderPlan) -> None:
    assert RenderPlan.model_validate(p.model_dump()) == p
    assert p.title
    assert p.language == p.spoken_language
    assert p.music.mood
    for scene in p.scenes:
        assert scene.narration
        assert scene.image_prompt
        assert scene.duration_sec is not None
        assert scene.duration_sec >= estimate_speech_sec(scene.narration, p.spoken_language) + 0.39
        assert not BLANKS.search(scene.narration)
        assert not BLANKS.search(scene.image_prompt)
