"""Define the job to which an Idempotency-Key leads after its first life."""

from datetime import datetime, timedelta

from sutradhar.domain.core.record import History, Record, keep_fields

LIFE = timedelta(hours=24)
"""The time for which a repeat of an Idempotency-Key leads to the same job."""


class RenewedKey(Record):
    """A key that was used again after its life."""

    history = History("renewed idempotency key", keep_fields)

    job_id: str
    used_at: datetime
    """The time of the first use in its present life."""
