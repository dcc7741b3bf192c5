"""The transitions of a batch that its caller asks for. Each returns the batch after it; a repeat changes nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.batch import Batch, BatchRow, BatchState, RowState

LOOK_AGAIN = timedelta(minutes=2)
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
    version = batch.budget_version + 1
    changed = batch.evolve(budget_micros=budget_micros, budget_version=version, budget_changed_at=now, changed_at=now)
    return run(changed, now) if batch.state == "waiting" else changed


def run(batch: Batch, now: datetime) -> Batch:
    """Return the batch in progress, due now."""
    return batch.evolve(state="running", reason="", waits_until=None, ended_at=None, changed_at=now, due_at=now)


def wait(batch: Batch, reason: str, waits_until: datetime | None, left_micros: int | None, now: datetime) -> Batch:
    """Let a batch in progress wait for money. ``waits_until`` None: until its budget is raised, or until more is left
    of it than ``left_micros``, since the calls in progress may cost less than was reserved for them."""
    if batch.state != "running":
        return batch
    return batch.evolve(
        state="waiting", reason=reason, waits_until=waits_until, left_micros=left_micros, changed_at=now
    )


def settle(batch: Batch, counts: Mapping[RowState, int], now: datetime) -> Batch:
    """Return the batch with the counts of its rows, and the time at which it is looked at again. It ends with its last
    row."""
    open_rows = counts.get("queued", 0) + counts.get("running", 0)
    settled = batch.evolve(counts=counts, changed_at=now) if counts != batch.counts else batch
    if not open_rows:
        if settled.ended_at is not None:
            return settled
        state: BatchState = "cancelled" if batch.state == "cancelled" else "done"
        return settled.evolve(state=state, reason="", waits_until=None, ended_at=now, changed_at=now, due_at=now)
    if settled.state == "done":  # rows were queued again, and the process was killed before it said so
        settled = run(settled, now)
    may_rest = settled.state in ("paused", "waiting") and not counts.get("running", 0)
    return settled.evolve(due_at=settled.waits_until if may_rest else now + LOOK_AGAIN)


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
