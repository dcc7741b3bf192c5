"""Find the job to which an Idempotency-Key leads.

In the first life of a key the id of its job is a hash of it, so that no caller waits for another record. A later life
has a record with a new id.
"""

import hashlib
import secrets

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.renewed_key import LIFE, RenewedKey
from sutradhar.pipeline.deleted_jobs import find_deletion
from sutradhar.pipeline.services import Services
from sutradhar.ports.records import Values


def find_keyed_job(services: Services, key: str | None) -> tuple[str, Job | None]:
    """Return the id of the job for ``key``, and the job if it exists. Without a key the id is new.

    All callers that use a key at the same time get the same id.
    """
    if not key:
        return f"job-{secrets.token_hex(8)}", None
    job_id = f"job-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    job = _find_job(services, job_id)
    if job is None and find_deletion(services, job_id) is None:
        return job_id, None
    if job and services.clock.now() - job.created_at < LIFE:
        return job_id, job
    return _find_renewed_job(services, job_id)


def _find_renewed_job(services: Services, first_id: str) -> tuple[str, Job | None]:
    """Return the id of the key's present life, and its job if it exists. The deletion of its job ends a life."""
    job_id = _renew_id(services, first_id)
    job = _find_job(services, job_id)
    if job is None and find_deletion(services, job_id):
        return _renew_id(services, first_id, job_id), None
    return job_id, job


def _renew_id(services: Services, first_id: str, deleted_id: str | None = None) -> str:
    """Return the id of the key's present life, which begins now if the one before is over: after a time, or because its
    job ``deleted_id`` was deleted."""
    name, now = f"idempotency/{first_id}", services.clock.now()
    new = RenewedKey(job_id=f"job-{secrets.token_hex(8)}", used_at=now)

    def renew(values: Values) -> Values:
        stored = RenewedKey.from_record(values[name]) if values.get(name) else None
        is_over = stored is None or now - stored.used_at >= LIFE or stored.job_id == deleted_id
        return {name: new.to_record()} if is_over else values

    return RenewedKey.from_record(services.records.update([name], renew)[name]).job_id


def _find_job(services: Services, job_id: str) -> Job | None:
    try:
        return services.jobs.get(job_id)
    except NotFound:
        return None
