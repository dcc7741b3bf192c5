"""Step 2: the scenes are written, and what has to be made for them is listed."""

from sutradhar.domain.asset import AssetKind, AssetRequest, asset_requests
from sutradhar.domain.job import Job, Outcome
from sutradhar.domain.messages import PlanRender
from sutradhar.domain.plan import RenderPlan
from sutradhar.domain.timeline import caption_languages
from sutradhar.pipeline.services import Services

_NAMES = {"en": "English", "hi": "Hindi"}


def plan(services: Services, message: PlanRender) -> None:
    job = services.jobs.get(message.job_id)
    if job.plan is not None or job.state.over:
        services.send(job.owed())
        return
    written = services.planner.plan(job.wanted)
    requests = needed(services, written)

    def change(current: Job) -> Outcome:
        return current.planned(written, requests, notices(written), services.clock.now())

    services.move(job.id, change)


def needed(services: Services, written: RenderPlan) -> tuple[AssetRequest, ...]:
    """What has to be made for a written plan, and by whom first."""
    narrator = services.narrator.maker(written.spoken_language, written.voice)
    makers: dict[AssetKind, str] = {
        "narration": narrator,
        "image": services.images.name,
        "music": services.composer.name,
    }
    return asset_requests(written, makers)


def notices(written: RenderPlan) -> list[str]:
    """What will be missing, said before anything is made."""
    have = caption_languages(written)
    return [
        f"{_NAMES[language]} captions are left out: the text has no {_NAMES[language]} translation and no translator"
        " is set up; give each scene translations, or drop the language from subtitle_languages"
        for language in written.subtitle_languages
        if language not in have
    ]
