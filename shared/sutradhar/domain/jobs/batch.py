"""Define a batch: up to a thousand videos from one plan with variables and a table of their values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields

MAX_ROWS = 1000
MAX_BATCH_BYTES = 10_000_000
"""The most bytes of the body of a batch."""
BatchState = Literal["running", "paused", "waiting", "cancelled", "done"]
"""``waiting``: a budget is spent; the rest waits until there is money again. ``done``: every row has ended."""
RowState = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class BatchRow(Frozen):
    """One row: one video."""

    number: int
    """From 1, as in the table without its heading."""
    row_id: str
    """The caller's own id of the row, or its number."""
    state: RowState = "queued"
    job_id: str = ""
    attempt: int = 1
    """A retry of the row raises it; it is part of the key under which the row's job is found again."""
    error: str = ""


class Batch(Record):
    """A stored batch without its rows, whose plans are the blob ``batches/ID/plans.jsonl``, one JSON object a line."""

    history = History("batch", keep_fields)

    id: str
    name: str = ""
    owner: str = ""
    owner_cap_micros: int | None = None
    state: BatchState = "running"
    reason: str = ""
    """The reason why it waits, for its caller."""
    waits_until: datetime | None = None
    """The time at which a waiting batch is tried again by itself."""
    budget_micros: int | None = None
    """The most that all its jobs may pay to providers, in millionths of a US dollar; None: no cap of its own."""
    expected_micros: int = 0
    max_micros: int = 0
    """The estimate of the whole, in millionths of a US dollar."""
    rows: int = 0
    counts: Mapping[RowState, int] = {}
    base_url: str = ""
    webhook_url: str | None = None
    request_hash: str = ""
    """The hash of the order, by which a repeat of its Idempotency-Key is told from another order."""
    uploads: tuple[str, ...] = ()
    """The ids of the uploads that its plans name; they are kept as long as a row may still need them."""
    budget_version: int = 0
    """The number of changes of its budget, so that an older one never replaces a newer one."""
    budget_changed_at: datetime | None = None
    left_micros: int | None = None
    """The money that was left of its budget when it began to wait, in millionths of a US dollar."""
    ended_at: datetime | None = None
    """The time at which its last row ended; a retry begins again."""
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None = None
    """The time from which the sweep sends ``AdvanceBatch`` again, since the last one may be lost."""

    @property
    def is_terminal(self) -> bool:
        """True if it has finished: only a retry of its failed rows leaves ``done`` again."""
        return self.state in ("done", "cancelled")


class BatchKey(Record):
    """The batch to which an Idempotency-Key leads."""

    history = History("batch key", keep_fields)

    batch_id: str
    request_hash: str
    used_at: datetime


class BatchRows(Record):
    """The states of a hundred rows of a batch, one record: a thousand records of one row each would cost ten times as
    many writes and reads."""

    history = History("batch rows", keep_fields)

    id: str
    """The batch's id and the index of the hundred: ``ID-00``."""
    batch_id: str
    owner: str = ""
    created_at: datetime
    rows: tuple[BatchRow, ...]
