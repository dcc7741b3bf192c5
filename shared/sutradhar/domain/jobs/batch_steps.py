"""The transitions of a batch that its caller asks for. Each returns the batch after it; a repeat changes nothing."""

from datetime import datetime, timedelta

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.batch import Batch, BatchRow

LOOK_AGAIN = timedelta(minutes=5)
"""The time after which the sweep looks at a batch in progress again, since the message of a row's end may be lost."""


def pause(batch: Batch, now: datetime) -> Batch:
    """Start no further rows; those in progress go on.

    Raises:
        Conflict: the batch has ended.
    """
    _require_live(batch)
    if batch.state == "paused":
        return batch
    return batch.evolve(state="paused", reason="", waits_until=None, changed_at=now)


def resume(batch: Batch, now: datetime) -> Batch:
    """Go on after a pause, or try at once whether there is money again.

    Raises:
        Conflict: the batch has ended.
    """
    _require_live(batch)
    return batch if batch.state == "running" else run(batch, now)


def cancel(batch: Batch, now: datetime) -> Batch:
    """End the batch with all rows that have not ended.

    Raises:
        Conflict: every row has ended already.
    """
    if batch.state == "cancelled":
        return batch
    _require_live(batch)
    return batch.evolve(state="cancelled", reason="", waits_until=None, changed_at=now, due_at=now)


def retry(batch: Batch, now: datetime) -> Batch:
    """Go on with failed rows that are queued again. A batch that is paused or waits goes on doing so.

    Raises:
        Conflict: the batch was cancelled.
    """
    if batch.state == "cancelled":
        raise Conflict("the batch was cancelled; make a new batch of the rows that you still want")
    return run(batch, now) if batch.state == "done" else batch.evolve(changed_at=now)


def change_budget(batch: Batch, budget_micros: int | None, now: datetime) -> Batch:
    """Choose the most that all jobs of the batch may cost; None: any amount. A waiting batch tries to go on.

    Raises:
        Conflict: the batch was cancelled.
    """
    if batch.state == "cancelled":
        raise Conflict("the batch was cancelled, so it costs nothing more")
    if batch.budget_micros == budget_micros:
        return batch
    changed = batch.evolve(budget_micros=budget_micros, budget_version=batch.budget_version + 1, changed_at=now)
    return run(changed, now) if batch.state == "waiting" else changed


def run(batch: Batch, now: datetime) -> Batch:
    """Return the batch in progress, due now."""
    return batch.evolve(state="running", reason="", waits_until=None, ended_at=None, changed_at=now, due_at=now)


def queue_again(row: BatchRow) -> BatchRow:
    """Return a failed row as one to be started again. The job of its last attempt is taken up, if there is one."""
    if row.state != "failed":
        return row
    return row.evolve(state="queued", error="", attempt=row.attempt if row.job_id else row.attempt + 1)


def _require_live(batch: Batch) -> None:
    if batch.state == "cancelled":
        raise Conflict("the batch has already been cancelled")
    if batch.state == "done":
        raise Conflict("every row of the batch has ended; POST /batches/ID/retry starts the failed ones again")
