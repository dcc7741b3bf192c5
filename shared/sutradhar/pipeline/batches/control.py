"""Pause, resume, retry and cancel batches, and change their budgets.

Each writes the batch and sends ``AdvanceBatch``, whose handler does the rest. If the process is killed in between, the
sweep finds that the batch is due. The caller of these functions checks whose batch it is.
"""

from collections.abc import Callable
from datetime import datetime

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs import batch_steps
from sutradhar.domain.jobs.batch import Batch, BatchRows
from sutradhar.domain.jobs.messages import AdvanceBatch
from sutradhar.pipeline.batches.store import BATCH_ROWS, BATCHES, list_rows_ids
from sutradhar.pipeline.services import Services


def pause(services: Services, batch_id: str) -> Batch:
    """Let the batch start no further rows; those in progress go on. A repeat changes nothing.

    Raises:
        NotFound: there is no such batch.
        Conflict: it has ended.
    """
    return _change(services, batch_id, batch_steps.pause)


def resume(services: Services, batch_id: str) -> Batch:
    """Let a paused or waiting batch go on. A repeat changes nothing.

    Raises:
        NotFound: there is no such batch.
        Conflict: it has ended.
    """
    return _change(services, batch_id, batch_steps.resume)


def cancel(services: Services, batch_id: str) -> Batch:
    """Cancel the batch with all rows that have not ended; finished videos stay. A repeat orders again what a crash may
    have lost, and then raises Conflict.

    Raises:
        NotFound: there is no such batch.
        Conflict: it has ended, or was cancelled before.
    """
    was_cancelled = services.documents.get(BATCHES, batch_id).state == "cancelled"
    batch = _change(services, batch_id, batch_steps.cancel)
    if was_cancelled:
        raise Conflict("the batch has already been cancelled; there is nothing to cancel")
    return batch


def retry_failed(services: Services, batch_id: str) -> Batch:
    """Start the failed rows again, each from what its job has finished.

    Raises:
        NotFound: there is no such batch.
        Conflict: it was cancelled, or none of its rows has failed.
    """
    batch = services.documents.get(BATCHES, batch_id)
    batch_steps.retry(batch, services.clock.now())  # refused before any row is changed
    stored = services.documents.get_many(BATCH_ROWS, list_rows_ids(batch))
    queued = 0
    # the rows first: a batch that is in progress again without a queued row would end again
    for rows_id, rows in stored.items():
        if failed := sum(row.state == "failed" for row in rows.rows):
            services.documents.update(BATCH_ROWS, rows_id, _queue_failed)
            queued += failed
    has_queued = queued or any(row.state == "queued" for rows in stored.values() for row in rows.rows)
    if not has_queued or (not queued and batch.state != "done"):
        raise Conflict("no row of the batch has failed; there is nothing to retry")
    return _change(services, batch_id, batch_steps.retry)


def change_budget(services: Services, batch_id: str, budget_micros: int | None) -> Batch:
    """Let all jobs of the batch cost at most ``budget_micros`` millionths of a US dollar; None: any amount. When this
    returns, no call is made that would exceed it. A batch that waits for money goes on.

    Raises:
        NotFound: there is no such batch.
        Conflict: it was cancelled.
    """
    batch = services.documents.update(
        BATCHES, batch_id, lambda one: batch_steps.change_budget(one, budget_micros, services.clock.now())
    )
    services.providers.call_gate.accounts.set_batch_cap(batch.id, batch.budget_micros, batch.budget_version)
    services.send([AdvanceBatch(batch_id=batch_id)])
    return batch


def _change(services: Services, batch_id: str, step: Callable[[Batch, datetime], Batch]) -> Batch:
    batch = services.documents.update(BATCHES, batch_id, lambda one: step(one, services.clock.now()))
    services.send([AdvanceBatch(batch_id=batch_id)])
    return batch


def _queue_failed(rows: BatchRows) -> BatchRows:
    return rows.evolve(rows=tuple(map(batch_steps.queue_again, rows.rows)))
