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
        narration=services.narrator.provider_for(plan.spoken_language, plan.gender, plan.voice_options),
        image=services.images.provider_id,
        music=services.composer.provider_id,
        sound_effect=services.sounds.provider_id if needs_effects and services.sounds.available else None,
        stock=services.footage.provider_id if "stock" in shown else None,
        generated=services.clips.provider_id if "generated" in shown else None,
        draws_references=services.images.capabilities.reference_images,
    )
