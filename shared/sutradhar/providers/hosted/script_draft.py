"""Make up a plan for an estimate, before a model writes the real one."""

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Character, Scene
from sutradhar.domain.plan.speech_duration import estimate_scene_sec
from sutradhar.providers.hosted.script import count_scenes

_PROMPT_CHARS = 250
"""The expected length of a prompt."""
_FILLER: dict[Language, str] = {"en": "the river runs on through a quiet land", "hi": "नदी धीरे धीरे शान्त वन में बहती है"}


def draft_plan(requested_plan: RenderPlan) -> RenderPlan:
    """Return a plan as long as the one that a model would be asked for, with filler in it, for an estimate."""
    if requested_plan.scenes:
        return requested_plan
    language, count = requested_plan.spoken_language, count_scenes(requested_plan)
    words, narration = _FILLER[language].split(), ""
    n = 0
    while estimate_scene_sec(narration, language, requested_plan.delivery.speed) < requested_plan.length_sec / count:
        narration, n = f"{narration} {words[n % len(words)]}".strip(), n + 1
    character = Character(name="Villager", look="x" * _PROMPT_CHARS)
    # all scenes differ, because an asset that two scenes share is paid for once
    scenes = tuple(
        Scene(narration=f"{narration} {i}", image_prompt=f"{i}{'x' * _PROMPT_CHARS}", characters=(character.name,))
        for i in range(count)
    )
    return requested_plan.evolve(scenes=scenes, characters=(character,), language=language)
