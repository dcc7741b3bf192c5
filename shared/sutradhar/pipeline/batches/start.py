"""Start one row of a batch: create its job, or continue the one that a spent budget or an error broke off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sutradhar.domain.core.errors import (
    BackendError,
    BudgetSpent,
    Conflict,
    LeaseHeld,
    NewerRecord,
    ProviderError,
    StaleLease,
    SutradharError,
)
from sutradhar.domain.jobs.batch import Batch, BatchRow
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.batches.money import Shortage
from sutradhar.pipeline.batches.observe import MAX_ERROR, Observation, find_job, name_job, observe_row
from sutradhar.pipeline.batches.store import BATCHES, name_plans
from sutradhar.pipeline.billing.accounts import read_spent
from sutradhar.pipeline.preflight import refuse_impossible
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import add_estimate, hash_request, retry
from sutradhar.pipeline.upload_use import claim_uploads
from sutradhar.pipeline.versions import retry_versions
from sutradhar.pipeline.webhook_events import make_webhook
from sutradhar.telemetry import log

_WORK = timedelta(seconds=60)
"""The time after which a worker starts no further rows, so that it ends before its lease."""


@dataclass(frozen=True)
class Plans:
    """The plans of a batch, a stored record a line; one is read when its row starts."""

    lines: Sequence[bytes]

    @classmethod
    def read(cls, services: Services, batch_id: str) -> "Plans":
        return cls(services.blobs.get(name_plans(batch_id)).split(b"\n"))

    def get(self, number: int) -> RenderPlan:
        """Return the plan of row ``number``, counted from 1."""
        return RenderPlan.from_record(self.lines[number - 1])


def choose_job(services: Services, batch_id: str, row: BatchRow) -> Observation:
    """Return a queued row as one in progress, with its job if there is one to continue. A new attempt begins if the job
    of the last one is deleted, or if its files are."""
    job = find_job(services, row.job_id) if row.job_id else None
    if job is not None and job.state is JobState.FAILED and not job.files_deleted_at:
        return Observation(row.evolve(state="running", error=""), job)
    if job is not None and job.state is not JobState.FAILED:
        current = observe_row(services, row)
        has_failed_versions = job.state is JobState.SUCCEEDED and current.row.state == "failed"
        return Observation(row.evolve(state="running", error=""), job) if has_failed_versions else current
    attempt = row.attempt + 1 if row.job_id else row.attempt
    new = row.evolve(state="running", error="", attempt=attempt)
    new = new.evolve(job_id=name_job(batch_id, new))
    return Observation(new, find_job(services, new.job_id))


class RowStarter:
    """Starts rows of a batch one after the other, for at most a minute."""

    def __init__(self, services: Services, batch: Batch) -> None:
        self._services, self._batch = services, batch
        self._plans = Plans.read(services, batch.id)
        self._end = services.clock.now() + _WORK

    def goes_on(self) -> bool:
        """Return whether there is time for another row, and its caller has neither paused nor cancelled the batch."""
        if self._services.clock.now() >= self._end:
            return False
        return self._services.documents.get(BATCHES, self._batch.id).state == "running"

    def start(self, before: Observation, in_progress: Sequence[Job | None]) -> Observation | Shortage | Exception:
        """Create the job of a row, or let its failed job go on; a repeat creates nothing. Return the row after that,
        the budget that does not suffice, or the error after which the same row may be started later.

        Args:
            in_progress: the jobs of other rows, which are expected to pay more yet.
        """
        try:
            return self._start(before, in_progress)
        except BudgetSpent as exc:
            return Shortage(exc.account, str(exc)) if exc.fits_later else _refuse(before, exc)
        except Conflict:  # its job was retried, cancelled or deleted at this moment
            return observe_row(self._services, before.row)
        except (LeaseHeld, StaleLease, NewerRecord, OSError) as exc:
            return exc
        except (BackendError, ProviderError) as exc:
            return exc if exc.retryable else _refuse(before, exc)
        except Exception as exc:  # one row that meets a fault of this program must not keep the others from being made
            if not isinstance(exc, SutradharError):
                log("batch_row_failed", level="error", exc=exc, batch_id=self._batch.id, row=before.row.number)
            return _refuse(before, exc)

    def _start(self, before: Observation, in_progress: Sequence[Job | None]) -> Observation:
        if before.job is None:
            plan = self._plans.get(before.row.number)
            return Observation(before.row, self._create_job(before.row, plan, self._sum_promised(in_progress)))
        if before.job.state is JobState.FAILED and before.row.state == "running":
            return Observation(before.row, retry(self._services, before.job.id))
        if before.job.state is JobState.SUCCEEDED and before.row.state == "running":
            retry_versions(self._services, before.job)
        return observe_row(self._services, before.row)

    def _sum_promised(self, in_progress: Sequence[Job | None]) -> int:
        """Return what the rows in progress are expected to pay yet, in millionths of a US dollar."""
        jobs = [job for job in in_progress if job and job.estimated_micros]
        if self._batch.budget_micros is None or not jobs:
            return 0
        paid = read_spent(self._services.records, [job.id for job in jobs])
        return sum(max(job.estimated_micros - paid.get(job.id, 0), 0) for job in jobs)

    def _create_job(self, row: BatchRow, plan: RenderPlan, promised: int) -> Job:
        """Create the job of a row, or return it if it exists.

        The row's plan was checked with the batch, where its caller could still correct it; its uploads are kept since
        then. Rows take no places of their key (MAX_ACTIVE_JOBS), so that a single job of the key is not refused for
        them.
        """
        services, batch = self._services, self._batch
        job = Job.new(row.job_id, plan.with_defaults(services.defaults), hash_request(plan), services.clock.now())
        job = job.evolve(owner=batch.owner, owner_cap_micros=batch.owner_cap_micros, batch=batch.id)
        if plan.webhook_url:
            job = job.evolve(webhook=make_webhook(services, plan.webhook_url, batch.base_url))
        refuse_impossible(services, job)
        job = add_estimate(services, job, promised)
        claim_uploads(services, plan)
        job, created = services.jobs.create(job)
        if created:
            log("job_created", job_id=job.id, batch_id=batch.id, row=row.number, scenes=len(plan.scenes))
        services.send(job.pending_messages())
        return job


def _refuse(before: Observation, exc: Exception) -> Observation:
    error = (str(exc) or type(exc).__name__)[:MAX_ERROR]
    return Observation(
        before.row.evolve(state="failed", job_id=before.job.id if before.job else "", error=error), before.job
    )
