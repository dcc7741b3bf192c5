"""Name the first provider of each kind for a plan."""

from sutradhar.domain.assets.requests import UPLOAD_PROVIDER, FirstProviders, needs_voice
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.tracks import choose_speaker
from sutradhar.pipeline.services import Services


def find_first_providers(services: Services, plan: RenderPlan) -> FirstProviders:
    """Return the names of the providers that are asked first. ``plan`` has its scenes written. A chain that the plan
    does not need is not loaded."""
    shown = {plan.footage_of(scene) for scene in plan.scenes}
    has_clips = any(scene.clip for scene in plan.scenes) or bool(plan.intro or plan.outro)
    needs_effects = any(scene.sounds for scene in plan.scenes)
    return FirstProviders(
        narration=services.providers.narrator.provider_for(plan.spoken_language, plan.gender, plan.voice_options)
        if needs_voice(plan)
        else UPLOAD_PROVIDER,
        further_narrations={
            language: services.providers.narrator.provider_for(language, *choose_speaker(plan, language))
            for language in plan.audio_languages
        },
        image=services.providers.images.provider_id,
        music=services.providers.composer.provider_id,
        sound_effect=services.providers.sounds.provider_id
        if needs_effects and services.providers.sounds.available
        else None,
        stock=services.providers.footage.provider_id if "stock" in shown else None,
        generated=services.providers.clips.provider_id if "generated" in shown else None,
        recognizes_speech=services.providers.listener.recognizes_speech if has_clips else False,
        draws_references=services.providers.images.capabilities.reference_images,
    )
