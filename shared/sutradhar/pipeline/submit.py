"""Step 1: an idea becomes a job. Also what people do to a job afterwards: cancel it, retry it."""

import hashlib
import json
import secrets

from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import (
    BudgetSpent,
    FieldError,
    IdempotencyMismatch,
    InvalidRequest,
    NotFound,
    ProviderError,
)
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.limits import PlanLimits
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import named_in
from sutradhar.pipeline.estimate import Estimate, estimate
from sutradhar.pipeline.models import refuse_gone
from sutradhar.pipeline.own_media import check, expect_length
from sutradhar.pipeline.preflight import refuse_impossible
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_check import CHECK_WAIT_SEC, await_checks
from sutradhar.telemetry import log


def submit(
    services: Services,
    wanted: RenderPlan,
    idempotency_key: str | None = None,
    caller: ApiKey | None = None,
    limits: PlanLimits | None = None,
) -> tuple[Job, bool]:
    """The job for ``wanted``, and whether it is new. The same ``idempotency_key`` and plan of one caller give the same
    job. ``limits`` None: those of the API.

    Raises:
        IdempotencyMismatch: the key was used with another plan.
        InvalidRequest: the plan exceeds its cost cap or a limit, or uses uploads wrongly.
        BudgetSpent: it would cost more than is left for today.
    """
    digest = hash_request(wanted)
    owner, cap = (caller.id, caller.daily_budget) if caller else ("", None)
    own_key = f"{owner}/{idempotency_key}" if owner and idempotency_key else idempotency_key
    job_id = f"job-{_short(own_key) if own_key else secrets.token_hex(8)}"
    # before what is left is looked at: of that the job that is there may itself have taken the rest
    job, created = _found(services, job_id) if own_key else None, False
    if job is None:
        await_checks(services, {upload_id for _, upload_id, _ in named_in(wanted)}, CHECK_WAIT_SEC)
        check(services, wanted, limits or services.limits, caller)
        fresh = Job.new(job_id, wanted.with_defaults(services.defaults), digest, services.clock.now())
        fresh = fresh.evolve(owner=owner, owner_cap=cap)
        refuse_impossible(services, fresh)
        reckoned = check_budget(services, fresh)
        if wanted.strict:
            refuse_gone(services, reckoned.lines)
        fresh = fresh.evolve(estimated=reckoned.likely, estimated_most=reckoned.most)
        job, created = services.jobs.create(fresh)
    if job.request_hash != digest:
        raise IdempotencyMismatch
    if created:
        log(
            "job_created",
            job_id=job.id,
            length_sec=round(expect_length(services, job.wanted)),
            scenes=len(job.wanted.scenes),
        )
    if created or not job.state.is_terminal:
        services.send(job.pending_messages())
    return job, created


def check_budget(services: Services, job: Job) -> Estimate:
    """What ``job`` would cost. Raises InvalidRequest, with the lines, when that is more than it may; BudgetSpent."""
    try:
        found = estimate(services, job.wanted)
    except ProviderError:
        return Estimate(())  # then the job itself will say what is wrong, where it can still be mended and retried
    cap = services.buyer(job, "").job_cap
    if cap is not None and found.likely > cap:
        lines = ", ".join(f"{line.slot.label} {usd(line.likely):.4f}" for line in found.lines)
        message = f"the video would cost about {usd(found.likely):.2f} USD and may cost {usd(cap):.2f}: {lines}"
        raise InvalidRequest([FieldError("budget_usd", message)])
    left = services.purchases.left(job.owner, job.owner_cap) if found.likely else None
    if left is not None and found.likely > left:
        raise BudgetSpent(
            f"the video would cost about {usd(found.likely):.2f} USD, and {usd(left):.2f} are left for today (UTC)"
        )
    return found


def hash_request(wanted: RenderPlan) -> str:
    """Equal for equal requests, whatever the order of their fields and whether defaults were written out."""
    return hashlib.sha256(json.dumps(wanted.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def cancel(services: Services, job_id: str) -> Job:
    """Raises NotFound, and Conflict when it is already over."""
    return services.move(job_id, lambda job: job.cancel(services.clock.now()))


def retry(services: Services, job_id: str) -> Job:
    """Go on from what is made. Raises NotFound, and Conflict when there is nothing to retry."""
    return services.move(job_id, lambda job: job.retry(services.clock.now()))


def _found(services: Services, job_id: str) -> Job | None:
    try:
        return services.jobs.get(job_id)
    except NotFound:
        return None


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]
