"""Name the first provider of each kind for a written plan."""

from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.services import Services


def makers_of(services: Services, written: RenderPlan) -> dict[str, str]:
    """Return the name of the provider that is asked first for each kind of asset."""
    makers = {
        "narration": services.narrator.maker(written.spoken_language, written.gender, written.manner),
        "image": services.images.name,
        "music": services.composer.name,
    }
    makers |= {"likeness": "kept"} if services.images.keeps_likeness else {}
    shown = {written.footage_of(scene) for scene in written.scenes}
    makers |= {"stock": services.footage.name} if "stock" in shown else {}
    makers |= {"generated": services.clips.name} if "generated" in shown else {}
    if any(scene.sounds for scene in written.scenes) and not services.sounds.empty:
        makers["sound"] = services.sounds.name
    return makers
