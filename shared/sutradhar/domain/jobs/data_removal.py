"""Define the removal of all data of an API key: what is removed already, and what is being removed.

A worker removes one small batch after another. The batch is stored with its amounts before its things are deleted, and
counted after it, so that a worker that is killed in between leaves the numbers right.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields

KEEP = timedelta(days=30)
"""The time for which a removal that has ended can be looked up."""
_ORDER_AGAIN = timedelta(minutes=1)
"""The time without a write after which the message of the next batch may be lost, so that the sweep sends it again."""

RemovedKind = Literal[
    "jobs",
    "job_files",
    "publications",
    "idempotency_keys",
    "batches",
    "uploads",
    "assets",
    "webhook_deliveries",
    "webhook_secrets",
    "approvals",
    "brands",
]
RemovalPhase = Literal["cancel", "jobs", "batches", "calendar", "uploads", "webhooks", "records"]
_PHASES: tuple[RemovalPhase, ...] = ("cancel", "jobs", "batches", "calendar", "uploads", "webhooks", "records")


class RemovedAmount(Frozen):
    """A number of things, and the bytes of their files."""

    count: int = 0
    bytes: int = 0

    def add(self, other: "RemovedAmount") -> "RemovedAmount":
        return RemovedAmount(count=self.count + other.count, bytes=self.bytes + other.bytes)


Amounts = Mapping[RemovedKind, RemovedAmount]


class RemovalBatch(Frozen):
    """The things that are being deleted."""

    number: int
    """0 for the first batch of a removal."""
    ids: tuple[str, ...] = ()
    """The ids of jobs, of times in the calendar, or of uploads; empty: everything of the phase."""
    amounts: Mapping[RemovedKind, RemovedAmount] = {}


class DataRemoval(Record):
    """The removal of the data that an API key had at ``requested_at``."""

    history = History("data removal", keep_fields)

    id: str
    owner: str
    """The id of the key; empty: the data of callers without a key."""
    requested_by: str = ""
    """The id of the key that asked for it, or ``terminal``; empty: a caller without a key."""
    requested_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    phase: RemovalPhase = "cancel"
    batch: RemovalBatch | None = None
    batches: int = 0
    """The number of batches that are finished."""
    removed: Mapping[RemovedKind, RemovedAmount] = {}

    @property
    def state(self) -> Literal["running", "done"]:
        return "done" if self.ended_at else "running"

    @property
    def due_at(self) -> datetime | None:
        """The time from which the sweep orders the next batch again; None: it has ended."""
        return None if self.ended_at else self.updated_at + _ORDER_AGAIN

    @property
    def expire_at(self) -> datetime | None:
        return self.ended_at + KEEP if self.ended_at else None

    def begin(self, ids: tuple[str, ...], amounts: Amounts, now: datetime) -> "DataRemoval":
        """Store the next batch before its things are deleted."""
        return self.evolve(batch=RemovalBatch(number=self.batches, ids=ids, amounts=amounts), updated_at=now)

    def finish(self, batch: RemovalBatch, now: datetime) -> "DataRemoval":
        """Count ``batch``, unless another worker has counted it already."""
        if self.batch != batch:
            return self
        kinds = [*self.removed, *(kind for kind in batch.amounts if kind not in self.removed)]
        none = RemovedAmount()
        removed = {kind: self.removed.get(kind, none).add(batch.amounts.get(kind, none)) for kind in kinds}
        return self.evolve(batch=None, batches=self.batches + 1, removed=removed, updated_at=now)

    def leave(self, phase: RemovalPhase, now: datetime) -> "DataRemoval":
        """Go on to the phase after ``phase``; after the last one, end. A repeat changes nothing."""
        if self.ended_at or self.batch or self.phase != phase:
            return self
        if phase == _PHASES[-1]:
            return self.evolve(ended_at=now, updated_at=now)
        return self.evolve(phase=_PHASES[_PHASES.index(phase) + 1], updated_at=now)
