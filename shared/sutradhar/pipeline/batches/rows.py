"""Read batches and their rows."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.jobs.batch import Batch, BatchRow, RowState
from sutradhar.domain.jobs.job import Job
from sutradhar.pipeline.batches.store import BATCH_ROWS, BATCHES, list_rows_ids
from sutradhar.pipeline.services import Services
from sutradhar.ports.documents import DocumentPage

_READERS = 16
"""The jobs that are read at the same time; a store has no call for many of them."""


def get_batch(services: Services, batch_id: str, caller: ApiKey | None = None) -> Batch:
    """Return the batch. Raise NotFound: it does not exist, or ``caller`` must not see it."""
    batch = services.documents.get(BATCHES, batch_id)
    if caller and not caller.may_see(batch.owner):
        raise NotFound(f"there is no batch {batch_id}")
    return batch


def list_batches(
    services: Services, caller: ApiKey | None = None, limit: int = 20, after: str | None = None
) -> DocumentPage[Batch]:
    """Return a page of the batches that ``caller`` may see, the newest first. Raise InvalidRequest: ``after`` is no
    cursor."""
    owner = None if caller is None or caller.role == "admin" else caller.id
    return services.documents.list(BATCHES, owner=owner, limit=limit, after=after)


def read_rows(services: Services, batch: Batch) -> list[BatchRow]:
    """Return all rows of ``batch`` in their order."""
    stored = services.documents.get_many(BATCH_ROWS, list_rows_ids(batch))
    rows = [row for record in stored.values() for row in record.rows]
    return sorted(rows, key=lambda row: row.number)


def read_page(
    services: Services, batch: Batch, state: RowState | None = None, limit: int = 50, after: str | None = None
) -> tuple[list[BatchRow], str | None]:
    """Return rows of ``batch``, those in ``state`` if it is given, and where the next page begins; None: nowhere.

    ``after``: the number of the last row of the page before. Raise InvalidRequest: it is no number.
    """
    if after is not None and not (after.isascii() and after.isdigit()):
        raise InvalidRequest([FieldError("after", f"is not the value of `next` of a page (got {after[:60]!r})")])
    first = int(after) if after else 0
    rows = [row for row in read_rows(services, batch) if row.number > first and state in (None, row.state)]
    page = rows[:limit]
    return page, str(page[-1].number) if len(rows) > limit else None


def read_jobs(services: Services, rows: Sequence[BatchRow]) -> dict[str, Job]:
    """Return the jobs of ``rows`` that exist, by their ids."""
    job_ids = [row.job_id for row in rows if row.job_id]
    if not job_ids:
        return {}
    with ThreadPoolExecutor(min(_READERS, len(job_ids))) as pool:
        jobs = pool.map(lambda job_id: _find_job(services, job_id), job_ids)
        return {job.id: job for job in jobs if job}


def _find_job(services: Services, job_id: str) -> Job | None:
    try:
        return services.jobs.get(job_id)
    except NotFound:
        return None
