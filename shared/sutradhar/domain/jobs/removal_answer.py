"""Describe the removal of a key's data to the caller, for the API and the terminal."""

from typing import Literal

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.jobs.data_removal import DataRemoval, RemovedAmount

_KEPT = (
    "the key itself, until an admin revokes it",
    "the lines of the audit log",
    "the amounts that jobs paid to providers, and the counts of the metrics",
    "for eight days the ids of deleted jobs, so that late messages find nothing",
    (
        "until they are too old, files whose names tell only what is in them, since other jobs may share them: encoded"
        " segments, assets that were made from texts, and assets that earlier versions made from uploads"
    ),
)


class RemovedThings(Frozen):
    """The number of things of each kind, and the bytes of their files."""

    jobs: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    job_files: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    """Videos, thumbnails, captions, summaries."""
    publications: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    """Videos that destinations have stay there."""
    idempotency_keys: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    batches: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    """With the plans of their rows."""
    uploads: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    assets: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    """Images, clips and songs that were made from the uploads."""
    webhook_deliveries: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    webhook_secrets: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    approvals: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)
    """Questions of agents."""
    brands: RemovedAmount = RemovedAmount.constant(count=0, bytes=0)


class RemovalAnswer(Frozen):
    """The removal of all data that a key had when it was requested."""

    removal_id: str
    key_id: str | None
    """Null: the data of callers without a key."""
    state: Literal["running", "done"]
    requested_at: UtcTime
    finished_at: UtcTime | None
    removed: RemovedThings
    """The things that are gone by now."""
    bytes: int
    """The bytes of all files that are gone by now."""
    kept: tuple[str, ...]
    """The data that a removal leaves, in words."""

    @classmethod
    def describe(cls, removal: DataRemoval) -> "RemovalAnswer":
        return cls(
            removal_id=removal.id,
            key_id=removal.owner or None,
            state=removal.state,
            requested_at=removal.requested_at,
            finished_at=removal.ended_at,
            removed=RemovedThings(**dict(removal.removed)),
            bytes=sum(amount.bytes for amount in removal.removed.values()),
            kept=_KEPT,
        )
