"""Step 2 of a job: a planner writes the scenes, and the assets that they require are listed."""

from sutradhar.domain.assets.requests import AssetRequest, list_asset_requests
from sutradhar.domain.assets.slot import PLAN
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.messages import PlanRender
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.audio_plans import write_plan
from sutradhar.pipeline.first_providers import find_first_providers
from sutradhar.pipeline.models import check_models
from sutradhar.pipeline.notices import collect_notices
from sutradhar.pipeline.publishing.planned import store_planned
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.ports.stores import MAX_LEASE


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
    result = write_plan(services, planner, job.requested_plan)
    requests = list_required_assets(services, result.plan)
    notices = [*model_notices, *collect_notices(services, result, job.requested_plan)]

    def change(current: Job) -> Outcome:
        now, deadline = services.clock.now(), services.find_deadline()
        return current.start_producing(result.plan, requests, notices, now, deadline)

    services.move(job.id, change)


def _take_written(services: Services, job: Job) -> None:
    """Let a version of a video go on with the plan and the requests that it was created with: no planner is asked."""

    def change(current: Job) -> Outcome:
        return current.start_producing(current.requested_plan, current.requests, current.notices, services.clock.now())

    services.move(job.id, change)


def list_required_assets(services: Services, plan: RenderPlan) -> tuple[AssetRequest, ...]:
    """Return the assets that a plan with its scenes written needs, each with the provider that is asked first."""
    return list_asset_requests(plan, find_first_providers(services, plan))
