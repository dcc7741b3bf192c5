"""Order, cancel and retry videos."""

from typing import TYPE_CHECKING

import flask

from functions.api.audit import describe_act
from functions.api.auth import caller, require_access
from functions.api.client_plan import OrderedPlan
from functions.api.endpoint import endpoint
from functions.api.links import find_base_url, make_url
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_status import StateWord, name_state

if TYPE_CHECKING:
    from sutradhar.domain.plan.plan import RenderPlan
    from sutradhar.pipeline.services import Services


class JobMove(Frozen):
    """A job after a call that changed its state."""

    job_id: str
    id: str
    """The same as ``job_id``."""
    state: StateWord
    status: StateWord
    """The same as ``state``."""


class JobLinks(Frozen):
    """The URLs of calls about a job."""

    status: str
    events: str
    cancel: str
    file: str
    summary: str


class OrderedRender(JobMove):
    """An ordered video."""

    estimated_cost_usd: float
    """The expected payments to providers."""
    estimated_cost_most_usd: float
    estimated_wait_seconds: int
    links: JobLinks


@endpoint(answers={202: OrderedRender, 200: OrderedRender}, errors=(402, 409, 422))
def create_render(body: OrderedPlan) -> tuple[OrderedRender, int, dict[str, str]]:
    """Order a video. The answer comes at once; the job's status tells its progress.

    With the header Idempotency-Key, a repeated call gets the same job.
    """
    from sutradhar.pipeline.submit import submit

    key = flask.request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= 200:
        raise InvalidRequest([FieldError("Idempotency-Key", f"must have 1 to 200 characters (got {len(key)})")])
    services = bootstrap.services()
    base_url = find_base_url() if body.webhook_url else ""
    job, created = submit(services, body, key, caller(), base_url=base_url, describe=_describe_order)
    state = "pending" if created else name_state(job)
    url = make_url(f"/render/{job.id}")
    answer = OrderedRender(
        job_id=job.id,
        id=job.id,
        state=state,
        status=state,
        estimated_cost_usd=usd(job.estimated_micros),
        estimated_cost_most_usd=usd(job.max_estimated_micros),
        estimated_wait_seconds=_estimate_wait_sec(services, job.requested_plan),
        links=JobLinks(**{name: f"{url}/{name}" for name in JobLinks.model_fields}),
    )
    headers = {"Location": f"{url}/status"}
    return (answer, 202, headers) if created else (answer, 200, {**headers, "Idempotent-Replayed": "true"})


def _describe_order(job: Job) -> AuditEntry:
    from sutradhar.pipeline.audit import list_order_facts

    return describe_act("create_render", job_id=job.id, **list_order_facts(job))


@endpoint(answers={202: JobMove}, errors=(409,))
def cancel_render(job_id: str) -> JobMove:
    """Cancel a job that has not finished."""
    from sutradhar.pipeline import submit

    require_access(bootstrap.backend().jobs.get(job_id))
    return describe_move(submit.cancel(bootstrap.services(), job_id))


@endpoint(answers={202: JobMove}, errors=(409,))
def retry_render(job_id: str) -> JobMove:
    """Continue a failed job from its finished assets."""
    from sutradhar.pipeline import submit

    require_access(bootstrap.backend().jobs.get(job_id))
    return describe_move(submit.retry(bootstrap.services(), job_id, needs_place=True))


def _estimate_wait_sec(services: "Services", plan: "RenderPlan") -> int:
    from sutradhar.pipeline.own_media import estimate_length

    return round(bootstrap.estimate_job(plan, estimate_length(services, plan)).wait_sec)


def describe_move(job: Job) -> JobMove:
    """Return the answer of a call that moved ``job``."""
    return JobMove(job_id=job.id, id=job.id, state=name_state(job), status=name_state(job))
