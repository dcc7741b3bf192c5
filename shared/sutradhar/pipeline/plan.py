"""Step 2: the scenes are written, and what has to be made for them is listed."""

from sutradhar.domain.assets.requests import AssetRequest, list_asset_requests
from sutradhar.domain.jobs.job import Job, Outcome
from sutradhar.domain.jobs.messages import PlanRender
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.call_gate import on_account_of
from sutradhar.pipeline.first_providers import first_providers
from sutradhar.pipeline.models import check_models
from sutradhar.pipeline.notices import collect_notices
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.ports.stores import MAX_LEASE


def plan(services: Services, message: PlanRender) -> None:
    job = services.jobs.get(message.job_id)
    if job.plan is None and not job.state.is_terminal:
        with hold_lease(services, f"plan/{job.id}", MAX_LEASE):
            job = services.jobs.get(message.job_id)  # somebody may have finished it between the look and the claim
            if job.plan is None and not job.state.is_terminal:
                _write(services, job)
                return
    services.send(job.pending_messages())


def _write(services: Services, job: Job) -> None:
    about_models = check_models(services, job)
    with on_account_of(services.buyer(job, "plan")):
        written = services.planner.plan(job.wanted)
    requests = required_assets(services, written.plan)
    notes = [*about_models, *collect_notices(services, written, job.wanted)]

    def change(current: Job) -> Outcome:
        return current.start_producing(written.plan, requests, notes, services.clock.now())

    services.move(job.id, change)


def required_assets(services: Services, written: RenderPlan) -> tuple[AssetRequest, ...]:
    """Return the assets that a plan with its scenes written needs, each with the provider that is asked first."""
    return list_asset_requests(written, first_providers(services, written))
