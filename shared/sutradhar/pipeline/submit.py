"""Step 1 of a job: create it from the requested plan. Also cancel and retry jobs."""

import hashlib
import json
from collections.abc import Callable
from functools import partial

from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.core.errors import (
    BudgetSpent,
    Conflict,
    FieldError,
    IdempotencyMismatch,
    InvalidRequest,
    ProviderError,
)
from sutradhar.domain.jobs import keeping
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.limits import PlanLimits
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import find_uploads
from sutradhar.pipeline.active_jobs import store_with_place, take_place
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.brands.apply import apply_brand
from sutradhar.pipeline.estimate import Estimate, estimate
from sutradhar.pipeline.idempotency import find_keyed_job
from sutradhar.pipeline.models import refuse_gone
from sutradhar.pipeline.own_media import check_own_media, estimate_length
from sutradhar.pipeline.preflight import refuse_impossible
from sutradhar.pipeline.publishing.planned import check_planned, store_planned
from sutradhar.pipeline.publishing.schedule import revive_publications
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_check import CHECK_WAIT_SEC, await_checks
from sutradhar.pipeline.upload_use import claim_uploads, keep_uploads
from sutradhar.pipeline.webhook_events import make_webhook
from sutradhar.ports.documents import NewDocument
from sutradhar.telemetry import log


def submit(
    services: Services,
    requested_plan: RenderPlan,
    idempotency_key: str | None = None,
    caller: ApiKey | None = None,
    limits: PlanLimits | None = None,
    base_url: str = "",
    describe: Callable[[Job], AuditEntry] | None = None,
    approved_micros: int | None = None,
) -> tuple[Job, bool]:
    """Return the job for ``requested_plan``, and whether it is new.

    Args:
        idempotency_key: with the same key and plan, one caller gets the same job for 24 hours.
        caller: the API key of the caller, which owns the job; None: there are no API keys.
        limits: the limits of the plan; None: the limits of the API.
        base_url: the URL of the API as the caller reaches it; the URLs in webhooks begin with it.
        describe: return the entry of the audit log for a new job, which is stored together with it.
        approved_micros: as in the job.

    Raises:
        IdempotencyMismatch: the key was used with another plan.
        InvalidRequest: the plan exceeds its cost cap or a limit, uses uploads wrongly, names a brand that the caller
            does not have, or cannot be made here.
        BudgetSpent: the job would cost more than is left for today.
        LimitReached: the caller has as many jobs in progress as a key may have.
    """
    digest = hash_request(requested_plan)
    owner, cap = (caller.id, caller.daily_budget) if caller else ("", None)
    own_key = f"{owner}/{idempotency_key}" if owner and idempotency_key else idempotency_key
    # before the remaining budget is checked, since an existing job may itself have used up the rest
    job_id, job = find_keyed_job(services, own_key)
    created = False
    if job is None:
        plan = apply_brand(services, requested_plan, caller)
        await_checks(services, {use.upload_id for use in find_uploads(plan)}, CHECK_WAIT_SEC)
        check_own_media(services, plan, limits or services.limits, caller)
        new_job = Job.new(job_id, plan.with_defaults(services.defaults), digest, services.clock.now())
        new_job = new_job.evolve(owner=owner, owner_cap_micros=cap, approved_micros=approved_micros)
        if requested_plan.webhook_url:
            new_job = new_job.evolve(webhook=make_webhook(services, requested_plan.webhook_url, base_url))
        refuse_impossible(services, new_job)
        check_planned(services, requested_plan, new_job)
        new_job = add_estimate(services, new_job)
        claim_uploads(services, plan)
        notes = [NewDocument(AUDIT, describe(new_job))] if describe else []
        job, created = store_with_place(services, new_job, partial(services.jobs.create, new_job, notes))
    if not created and not is_made_for(job, requested_plan, services.defaults):
        raise IdempotencyMismatch
    if created:
        plan = job.requested_plan
        log("job_created", job_id=job.id, length_sec=round(estimate_length(services, plan)), scenes=len(plan.scenes))
    if job.state is JobState.PLANNING:
        store_planned(services, job)  # if this process is killed before, the first step of the job does it
    if created or not job.state.is_terminal:
        services.send(job.pending_messages())
    return job, created


def add_estimate(services: Services, job: Job, promised: int = 0) -> Job:
    """Return a new job with the estimate of its cost. ``promised`` and errors: as of ``check_budget``.

    Raises:
        InvalidRequest: also a strict job whose models are gone.
    """
    cost = check_budget(services, job, promised)
    if job.requested_plan.strict:
        refuse_gone(services, cost.lines)
    return job.evolve(estimated_micros=cost.expected_cost, max_estimated_micros=cost.max_cost)


def check_budget(services: Services, job: Job, promised: int = 0) -> Estimate:
    """Return the estimate of the cost of ``job``. ``promised``: what other jobs of its batch are expected to pay yet.

    Raises:
        InvalidRequest: it is more than the job's cap; the message lists the parts.
        BudgetSpent: it is more than is left for today, or for its batch.
    """
    try:
        cost = estimate(services, job.requested_plan)
    except ProviderError:
        return Estimate(())  # the job itself will fail with the same error, after which it can be corrected and retried
    refuse_over_budget(services, job, cost)
    _refuse_over_batch(services, job, cost, promised)
    return cost


def refuse_over_budget(services: Services, job: Job, cost: Estimate, spent: int = 0) -> None:
    """Refuse a job that would cost too much. ``spent``: what it has cost already, in millionths of a US dollar.

    Raises:
        InvalidRequest: it would cost more than the job's cap; the message lists the parts.
        BudgetSpent: it would cost more than is left for today.
    """
    cap, total = services.billing_context(job).job_cap, spent + cost.expected_cost
    if cap is not None and cost.expected_cost and total > cap:
        lines = ", ".join(f"{line.label} {usd(line.expected):.4f}" for line in cost.lines)
        message = f"the video would cost about {usd(total):.2f} USD and may cost {usd(cap):.2f}: {lines}"
        raise InvalidRequest([FieldError("budget_usd", message)])
    if not cost.expected_cost:
        return
    budget = services.providers.call_gate.accounts.find_day_budget(job.owner, job.owner_cap_micros)
    if budget and cost.expected_cost > budget.remainder:
        raise BudgetSpent(
            f"the video would cost about {usd(cost.expected_cost):.2f} USD,"
            f" and {usd(budget.remainder):.2f} are left for today (UTC)",
            fits_later=cost.expected_cost <= budget.cap,
        )


def _refuse_over_batch(services: Services, job: Job, cost: Estimate, promised: int) -> None:
    """Raise BudgetSpent if the batch of ``job`` has less left than it would cost."""
    if not job.batch or not cost.expected_cost:
        return
    left = services.providers.call_gate.accounts.remaining_batch_budget(job.batch)
    if left is not None and cost.expected_cost > left - promised:
        raise BudgetSpent(
            f"the video would cost about {usd(cost.expected_cost):.2f} USD, and of the batch's budget"
            f" {usd(max(left - promised, 0)):.2f} are left that no row in progress needs",
            account="batch",
        )


def hash_request(plan: RenderPlan) -> str:
    """Return a hash that is equal for equal plans, also if their fields have another order or leave out defaults."""
    return hashlib.sha256(json.dumps(plan.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def is_made_for(job: Job, requested_plan: RenderPlan, defaults: PlanDefaults) -> bool:
    """Return whether the job was made for an equal plan.

    The hash covers every field that plans have, so plans of versions with fewer fields have another hash. Their jobs
    are told by the plan itself.
    """
    if job.request_hash == hash_request(requested_plan):
        return True
    return job.requested_plan == requested_plan.with_defaults(defaults)


def cancel(services: Services, job_id: str) -> Job:
    """Cancel the job and return it. A repeat sends again what a crash may have lost, and then raises Conflict.

    Raises:
        NotFound: there is no such job.
        Conflict: it has finished, or was cancelled before.
    """
    was_cancelled = services.jobs.get(job_id).state is JobState.CANCELLED
    job = services.move(job_id, lambda job: job.cancel(services.clock.now()))
    if was_cancelled:
        raise Conflict("the job has already been cancelled; there is nothing to cancel")
    return job


def retry(services: Services, job_id: str, *, needs_place: bool = False) -> Job:
    """Continue a failed job from its finished assets, with the publications that failed with it, and return it.

    Args:
        needs_place: hold the owner to the jobs that may be in progress; the terminal of this machine is not held to it.

    Raises:
        NotFound: there is no such job.
        Conflict: the job has not failed, or its files are deleted.
        LimitReached: the owner has as many jobs in progress as a key may have.
    """
    if (job := services.jobs.get(job_id)).state is JobState.FAILED:
        keep_uploads(services, job.current_plan)
        if needs_place:
            take_place(services, job)
    job = services.move(job_id, lambda job: keeping.retry(job, services.clock.now()))
    revive_publications(services, job)
    return job
