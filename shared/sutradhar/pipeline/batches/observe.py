"""Read and write the states of rows, and see what became of their jobs."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.batch import Batch, BatchRow, BatchRows
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.language.table import name_language
from sutradhar.pipeline.batches.rows import read_rows
from sutradhar.pipeline.batches.store import BATCH_ROWS, name_rows
from sutradhar.pipeline.deleted_jobs import find_deletion
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.versions import list_versions

MAX_ERROR = 500
"""The most characters of a row's error: a record has a hundred rows."""

Rows = dict[int, BatchRow]
"""The rows of a batch by their numbers."""


@dataclass(frozen=True)
class Observation:
    """A row as the state of its job tells it."""

    row: BatchRow
    job: Job | None = None
    """None: it has none, or that was deleted."""

    @property
    def has_place(self) -> bool:
        """True if the row counts as one in progress. A job that waits for an approval may wait for days."""
        return self.row.state == "running" and self.job is not None and self.job.state.is_at_work


def read_numbered_rows(services: Services, batch: Batch) -> Rows:
    return {row.number: row for row in read_rows(services, batch)}


def write_rows(services: Services, batch_id: str, before: Rows, changes: Mapping[int, BatchRow]) -> Rows:
    """Write ``changes`` and return all rows after it. A row that is no longer as in ``before`` stays as it is: its
    caller has changed it meanwhile."""
    by_record: dict[str, dict[int, BatchRow]] = defaultdict(dict)
    for number, row in changes.items():
        if row != before[number]:
            by_record[name_rows(batch_id, number)][number] = row
    after = dict(before)
    for rows_id, changed in by_record.items():
        stored = services.documents.update(BATCH_ROWS, rows_id, partial(_apply, before, changed))
        after |= {row.number: row for row in stored.rows}
    return after


def _apply(before: Rows, changed: Mapping[int, BatchRow], rows: BatchRows) -> BatchRows:
    return rows.evolve(
        rows=tuple(changed.get(row.number, row) if row == before[row.number] else row for row in rows.rows)
    )


def observe_row(services: Services, row: BatchRow) -> Observation:
    """Return ``row`` as its job tells it. A row that a spent budget broke off is queued, with its job; one whose worker
    was killed before it created the job is queued for the same attempt."""
    job = find_job(services, row.job_id) if row.job_id else None
    if job is None:
        if row.job_id and find_deletion(services, row.job_id):
            return Observation(row.evolve(state="cancelled", error="its job was deleted"))
        return Observation(row.evolve(state="queued", job_id="") if row.state == "running" else row)
    match job.state:
        case JobState.SUCCEEDED:
            return Observation(_observe_versions(services, row, job), job)
        case JobState.CANCELLED:
            return Observation(row.evolve(state="cancelled", error=job.cancel_reason[:MAX_ERROR]), job)
        case JobState.FAILED:
            error = _describe_error(job)
            is_broken_off = job.error is not None and job.error.spent_budget in ("day", "key", "batch")
            return Observation(row.evolve(state="queued" if is_broken_off else "failed", error=error), job)
    return Observation(row.evolve(state="running", error=""), job)


def _observe_versions(services: Services, row: BatchRow, job: Job) -> BatchRow:
    """Return the row of a finished job: it goes on as long as a video in another language does."""
    versions = list_versions(services, job) if job.versions else {}
    if job.versions_due or any(not one.state.is_terminal for one in versions.values()):
        return row.evolve(state="running", error="")
    for language, note in job.versions.items():
        version = versions.get(language)
        if note.problem or (version and version.state is JobState.FAILED):
            error = note.problem or f"{name_language(language)}: {_describe_error(version) if version else ''}"
            return row.evolve(state="failed", error=error[:MAX_ERROR])
    return row.evolve(state="succeeded", error="")


def name_job(batch_id: str, row: BatchRow) -> str:
    """Return the id of the job of this attempt at ``row``. It is always the same, so that no row is made twice."""
    return f"job-{hashlib.sha256(f'batch/{batch_id}/{row.number}/{row.attempt}'.encode()).hexdigest()[:16]}"


def find_job(services: Services, job_id: str) -> Job | None:
    try:
        return services.jobs.get(job_id)
    except NotFound:
        return None


def _describe_error(job: Job) -> str:
    if job.error is None:
        return "the job failed"
    text = f"{job.error.stage}: {job.error.cause}" if job.error.stage else job.error.cause
    return text[:MAX_ERROR]
