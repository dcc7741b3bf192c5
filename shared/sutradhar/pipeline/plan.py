"""Step 2: the scenes are written, and what has to be made for them is listed."""

from sutradhar.domain.asset import AssetRequest, asset_requests
from sutradhar.domain.job import Job, Outcome
from sutradhar.domain.messages import PlanRender
from sutradhar.domain.plan import RenderPlan
from sutradhar.pipeline.notices import collect_notices
from sutradhar.pipeline.purchase import on_account_of
from sutradhar.pipeline.services import Services, held
from sutradhar.ports.stores import LONGEST_RUN


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
    notes = collect_notices(services, written, job.wanted)

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
