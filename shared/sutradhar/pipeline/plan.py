"""Step 2 of a job: a planner writes the scenes, they are translated, and the assets that they require are listed."""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from sutradhar.domain.assets.requests import AssetRequest, list_asset_requests
from sutradhar.domain.assets.slot import PLAN
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.core.record import STORED
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.messages import PlanRender
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.version import share_lengths
from sutradhar.pipeline.audio_plans import write_plan
from sutradhar.pipeline.first_providers import find_first_providers
from sutradhar.pipeline.models import check_models
from sutradhar.pipeline.notices import collect_notices
from sutradhar.pipeline.publishing.planned import store_planned
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.translations import translate_for_job
from sutradhar.ports.providers import PlanResult
from sutradhar.ports.stores import MAX_LEASE

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def plan(services: Services, message: PlanRender) -> None:
    """Handle PlanRender. A repeat finds the written plan.

    Raises:
        LeaseHeld: another worker is writing the plan.
        ProviderError: no planner wrote one.
    """
    job = services.jobs.get(message.job_id)
    if job.state is JobState.PLANNING:
        store_planned(services, job)
    if job.plan is None and not job.state.is_terminal:
        with hold_lease(services, f"plan/{job.id}", MAX_LEASE):
            job = services.jobs.get(message.job_id)  # another worker may have written it before this one got the lease
            if job.plan is None and not job.state.is_terminal:
                _write(services, job)
                return
    services.send(job.pending_messages())


def _write(services: Services, job: Job) -> None:
    if job.version_of:
        _take_written(services, job)
        return
    model_notices = check_models(services, job)
    planner = services.chains_for(services.billing_context(job, PLAN)).planner
    keeps_script = len(job.requested_plan.languages) > 1  # a translation that fails must not cost the script once more
    result = _load_script(services, job) if keeps_script else None
    if result is None:
        result = write_plan(services, planner, job.requested_plan)
        if keeps_script:
            services.blobs.put(_name_script(job), _result_adapter().dump_json(result, context=STORED))
    translated = translate_for_job(services, job, result.plan)
    result = replace(result, plan=share_lengths(translated.plan))
    requests = list_required_assets(services, result.plan)
    notices = [*model_notices, *collect_notices(services, result, job.requested_plan), *translated.notices]

    def change(current: Job) -> Outcome:
        now, deadline = services.clock.now(), services.find_deadline()
        return current.start_producing(result.plan, requests, notices, now, deadline)

    services.move(job.id, change)
    if keeps_script:
        services.blobs.delete(_name_script(job))


def _load_script(services: Services, job: Job) -> PlanResult | None:
    """Return the script of an earlier try of this step; None: there is none."""
    try:
        return _result_adapter().validate_json(services.blobs.get(_name_script(job)), context=STORED)
    except NotFound:
        return None


@cache
def _result_adapter() -> "TypeAdapter[PlanResult]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - only a plan in several languages needs it

    return TypeAdapter(PlanResult)


def _name_script(job: Job) -> str:
    return f"jobs/{job.id}/script.json"


def _take_written(services: Services, job: Job) -> None:
    """Let a version of a video go on with the plan and the requests that it was created with: no planner is asked."""

    def change(current: Job) -> Outcome:
        return current.start_producing(current.requested_plan, current.requests, current.notices, services.clock.now())

    services.move(job.id, change)


def list_required_assets(services: Services, plan: RenderPlan) -> tuple[AssetRequest, ...]:
    """Return the assets that a plan with its scenes written needs, each with the provider that is asked first."""
    return list_asset_requests(plan, find_first_providers(services, plan))
