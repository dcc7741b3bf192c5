"""Name the first provider of each kind for a plan."""

from sutradhar.domain.assets.requests import FirstProviders
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.services import Services


def first_providers(services: Services, plan: RenderPlan) -> FirstProviders:
    """Return the names of the providers that are asked first. ``plan`` has its scenes written. A chain that the plan
    does not need is not loaded."""
    shown = {plan.footage_of(scene) for scene in plan.scenes}
    needs_effects = any(scene.sounds for scene in plan.scenes)
    return FirstProviders(
        narration=services.narrator.maker(plan.spoken_language, plan.gender, plan.manner),
        image=services.images.name,
        music=services.composer.name,
        sound_effect=services.sounds.name if needs_effects and not services.sounds.empty else None,
        stock=services.footage.name if "stock" in shown else "",
        generated=services.clips.name if "generated" in shown else "",
        draws_references=services.images.keeps_likeness,
    )
