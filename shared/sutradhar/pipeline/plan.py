"""Step 2: the scenes are written, and what has to be made for them is listed."""

from sutradhar.domain.asset import AssetRequest, asset_requests
from sutradhar.domain.job import Job, Outcome
from sutradhar.domain.limits import expected_sec
from sutradhar.domain.messages import PlanRender
from sutradhar.domain.pacing import misses_length
from sutradhar.domain.plan import RenderPlan
from sutradhar.domain.timeline import caption_languages
from sutradhar.pipeline.own_media import find_notices
from sutradhar.pipeline.purchase import on_account_of
from sutradhar.pipeline.services import Services, held
from sutradhar.ports.providers import Written
from sutradhar.ports.stores import LONGEST_RUN

_NAMES = {"en": "English", "hi": "Hindi"}


def plan(services: Services, message: PlanRender) -> None:
    job = services.jobs.get(message.job_id)
    if job.plan is None and not job.state.over:
        with held(services, f"plan/{job.id}", LONGEST_RUN):
            job = services.jobs.get(message.job_id)  # somebody may have finished it between the look and the claim
            if job.plan is None and not job.state.over:
                _write(services, job)
                return
    services.send(job.owed())


def _write(services: Services, job: Job) -> None:
    with on_account_of(services.buyer(job, "plan")):
        written = services.planner.plan(job.wanted)
    requests = needed(services, written.plan)
    by = written.provider
    notes = [*written.plan.notices]
    notes += [f"the plan was written by {by} instead of {f.provider}: {f.reason}" for f in written.fallbacks]

    speaker = written.plan.spoken_language, written.plan.gender, written.plan.manner
    if written.plan.delivery.emotion and not services.narrator.acts(*speaker):
        notes.append(
            f"the voice of {services.narrator.maker(*speaker)} cannot be told an emotion; it speaks as it does"
        )
    asked = sum(len(scene.sounds) for scene in written.plan.scenes)
    if asked and services.sounds.empty:
        notes.append(
            f"{asked} sounds are left out: there is no sound library that may be asked; set FREESOUND_API_KEY or"
            " ELEVENLABS_API_KEY, and name it in PROVIDERS where that is set"
        )

    notes += [*notices(written, job.wanted), *find_notices(services, written.plan)]

    def change(current: Job) -> Outcome:
        return current.planned(written.plan, requests, notes, services.clock.now())

    services.move(job.id, change)


def needed(services: Services, written: RenderPlan) -> tuple[AssetRequest, ...]:
    """What has to be made for a written plan, and by whom first."""
    return asset_requests(written, makers_of(services, written))


def makers_of(services: Services, written: RenderPlan) -> dict[str, str]:
    """Who is asked first for what."""
    makers = {
        "narration": services.narrator.maker(written.spoken_language, written.gender, written.manner),
        "image": services.images.name, "music": services.composer.name,
    }  # fmt: skip
    makers |= {"likeness": "kept"} if services.images.keeps_likeness else {}
    shown = {written.footage_of(scene) for scene in written.scenes}
    makers |= {"stock": services.footage.name} if "stock" in shown else {}
    makers |= {"generated": services.clips.name} if "generated" in shown else {}
    if any(scene.sounds for scene in written.scenes) and not services.sounds.empty:
        makers["sound"] = services.sounds.name
    return makers


def notices(written: Written, wanted: RenderPlan) -> list[str]:
    """Say what will be missing or different from what ``wanted`` asks for, before anything is made."""
    plan = written.plan
    have = caption_languages(plan)
    seen = {name for scene in plan.scenes for name in scene.characters}
    unseen = [character.name for character in plan.characters if character.name not in seen]
    captions = [
        f"{_NAMES[language]} captions are left out: the text has no {_NAMES[language]} translation and no translator"
        " is set up; give each scene translations, or drop the language from subtitle_languages"
        for language in plan.subtitle_languages
        if language not in have
    ]
    return [
        *_length_notice(written, wanted), *captions,
        *(f"{name} is shown in no scene: name them in scenes[].characters" for name in unseen),
    ]  # fmt: skip


def _length_notice(written: Written, wanted: RenderPlan) -> list[str]:
    expected = expected_sec(written.plan)
    if not misses_length(expected, wanted):
        return []
    if wanted.scenes:
        default = RenderPlan.model_fields["length_sec"].default
        as_long_as_clips = any(s.clip and not s.narration and s.duration_sec is None for s in wanted.scenes)
        text = f"length_sec {wanted.length_sec} is not used: the scenes make the video about {expected:.0f} s long"
        return [] if wanted.length_sec == default or as_long_as_clips else [text]
    reason = written.length_reason or "its narration takes that long to say"
    return [f"the video will be about {expected:.0f} s long instead of {wanted.length_sec} s: {reason}"]
