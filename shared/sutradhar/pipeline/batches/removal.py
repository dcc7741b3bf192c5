"""Delete batches with their rows and plans, and tell which uploads they keep."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from sutradhar.domain.billing.ledger import batch_account
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.batch import Batch, BatchState
from sutradhar.domain.jobs.messages import DeleteBatch
from sutradhar.pipeline.batches import control
from sutradhar.pipeline.batches.asking import name_note
from sutradhar.pipeline.batches.rows import read_rows
from sutradhar.pipeline.batches.shares import take_places
from sutradhar.pipeline.batches.store import BATCH_ROWS, BATCHES, list_rows_ids, name_plans
from sutradhar.pipeline.services import Services, hold_lease

_LIVE: tuple[BatchState, ...] = ("running", "paused", "waiting")
_LEASE = timedelta(minutes=3)
_PAGE = 100


def find_user_batch(services: Services, upload_id: str) -> Batch | None:
    """Return a batch that has not ended and whose plans name the upload; None: there is none."""
    return next((batch for batch in _list_live(services) if upload_id in batch.uploads), None)


def list_batch_uploads(services: Services) -> set[str]:
    """Return the ids of the uploads that rows of batches may still need."""
    return {upload_id for batch in _list_live(services) for upload_id in batch.uploads}


def list_batches_of(services: Services, owner: str, until: datetime) -> Iterator[Batch]:
    """Yield the batches that ``owner`` had at the time ``until``."""
    after: str | None = None
    while True:
        page = services.documents.list(BATCHES, owner=owner, limit=_PAGE, after=after)
        yield from (batch for batch in page.records if batch.created_at <= until)
        if (after := page.after) is None:
            return


def stop_batch(services: Services, batch_id: str) -> None:
    """Cancel the batch, so that no worker starts rows of it any more when this returns. A repeat changes nothing.

    Raises:
        LeaseHeld: a worker is starting rows of it.
        NotFound: there is no such batch.
    """
    with suppress(Conflict):  # it has ended
        control.cancel(services, batch_id)
    with hold_lease(services, f"batch/{batch_id}", _LEASE):
        """Wait for no worker: the one that had the lease has ended, and the next one reads that it is cancelled."""


def list_job_ids(services: Services, batch: Batch) -> list[str]:
    """Return the ids of the jobs of all rows that have one."""
    return [row.job_id for row in read_rows(services, batch) if row.job_id]


def delete_batch(services: Services, batch: Batch) -> None:
    """Delete the batch with its rows, its plans and its account; its jobs stay. A repeat deletes what is left."""
    take_places(services, batch.id, running=0, queued=0)
    services.blobs.delete(name_plans(batch.id))
    for rows_id in list_rows_ids(batch):
        services.documents.delete(BATCH_ROWS, rows_id)
    services.records.delete([str(batch_account(batch.id)), name_note(batch.id)])
    services.documents.delete(BATCHES, batch.id)  # the last, so that a killed worker leaves what a repeat finds


def explain_old_batch(services: Services, batch: Batch) -> str:
    """Return the reason why a batch is no longer kept; empty: it is."""
    days = services.retention.job_days
    if not days or not batch.is_terminal or batch.ended_at is None or batch.due_at is not None:
        return ""
    age = services.clock.now() - batch.ended_at
    if age < timedelta(days=days):
        return ""
    return f"it ended {age.days} days ago; batches are kept as long as jobs, for {days} (JOB_DAYS)"


def list_old_batches(services: Services) -> Iterator[tuple[Batch, str]]:
    """Yield the batches that are no longer kept, each with the reason."""
    if not services.retention.job_days:
        return
    after: str | None = None
    while True:
        page = services.documents.list(BATCHES, limit=_PAGE, after=after)
        yield from ((batch, reason) for batch in page.records if (reason := explain_old_batch(services, batch)))
        if (after := page.after) is None:
            return


def delete_old_batch(services: Services, message: DeleteBatch) -> None:
    """Handle DeleteBatch. A batch that was retried meanwhile stays."""
    with hold_lease(services, f"batch/{message.batch_id}", _LEASE):
        batch = services.documents.get_many(BATCHES, [message.batch_id]).get(message.batch_id)
        if batch and explain_old_batch(services, batch):
            delete_batch(services, batch)


def _list_live(services: Services) -> Iterator[Batch]:
    for state in _LIVE:
        after: str | None = None
        while True:
            page = services.documents.list(BATCHES, state=state, limit=_PAGE, after=after)
            yield from page.records
            if (after := page.after) is None:
                break
