"""Step 1: an idea becomes a job. Also what people do to a job afterwards: cancel it, retry it."""

import hashlib
import json
import secrets

from sutradhar.domain.errors import IdempotencyMismatch
from sutradhar.domain.job import Job
from sutradhar.domain.plan import RenderPlan
from sutradhar.pipeline.services import Services


def submit(services: Services, wanted: RenderPlan, idempotency_key: str | None = None) -> tuple[Job, bool]:
    """The job for ``wanted``, and whether it is new. The same ``idempotency_key`` and plan give the same job.

    Raises:
        IdempotencyMismatch: the key was used with another plan.
    """
    digest = request_hash(wanted)
    job_id = f"job-{_short(idempotency_key) if idempotency_key else secrets.token_hex(8)}"
    fresh = Job.new(job_id, wanted.with_defaults(services.defaults), digest, services.clock.now())
    job, created = services.jobs.create(fresh)
    if job.request_hash != digest:
        raise IdempotencyMismatch
    if created or not job.state.over:
        services.send(job.owed())
    return job, created


def request_hash(wanted: RenderPlan) -> str:
    """Equal for equal requests, whatever the order of their fields and whether defaults were written out."""
    return hashlib.sha256(json.dumps(wanted.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def cancel(services: Services, job_id: str) -> Job:
    """Raises NotFound, and Conflict when it is already over."""
    return services.move(job_id, lambda job: job.cancelled(services.clock.now()))


def retry(services: Services, job_id: str) -> Job:
    """Go on from what is made. Raises NotFound, and Conflict when there is nothing to retry."""
    return services.move(job_id, lambda job: job.retried(services.clock.now()))


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]
