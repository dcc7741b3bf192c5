"""Make up a plan for an estimate, before a model writes the real one."""

from collections.abc import Mapping

from sutradhar.domain.assets.voice_sample import SAMPLE_TEXTS
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Character, Scene
from sutradhar.domain.plan.speech_duration import estimate_scene_sec
from sutradhar.providers.hosted.script import choose_translation, count_scenes

_PROMPT_CHARS = 250
"""The expected length of a prompt."""
_FILLER: Mapping[Language, str] = {
    "en": "the river runs on through a quiet land",
    "hi": "नदी धीरे धीरे शान्त वन में बहती है",
}
"""The words of an estimate; every other language has those of its sample."""


def draft_plan(requested_plan: RenderPlan) -> RenderPlan:
    """Return a plan as long as the one that a model would be asked for, with filler in it, for an estimate."""
    if requested_plan.scenes:
        return requested_plan
    language, count = requested_plan.spoken_language, count_scenes(requested_plan)
    filler = _FILLER.get(language) or SAMPLE_TEXTS.get(language, SAMPLE_TEXTS["en"])
    has_spaces = FACTS[language].word_rule == "spaces"
    words, space, narration = (filler.split(), " ", "") if has_spaces else (list(filler), "", "")
    n = 0
    while estimate_scene_sec(narration, language, requested_plan.delivery.speed) < requested_plan.length_sec / count:
        narration, n = f"{narration}{space}{words[n % len(words)]}".strip(), n + 1
    character = Character(name="Villager", look="x" * _PROMPT_CHARS)
    other = choose_translation(requested_plan)
    # all scenes differ, because an asset that two scenes share is paid for once
    scenes = tuple(
        Scene(
            narration=f"{narration} {i}",
            image_prompt=f"{i}{'x' * _PROMPT_CHARS}",
            characters=(character.name,),
            translations={other: narration} if other else {},
        )
        for i in range(count)
    )
    return requested_plan.evolve(scenes=scenes, characters=(character,), language=language)
