"""Operations of providers that take minutes: one call starts an operation, and calls in other processes poll it."""

from datetime import datetime

from sutradhar.domain.assets.asset import Fallback
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields, rename


class Operation(Frozen):
    """An operation that a provider has started."""

    provider: str
    model: str
    name: str
    """The provider's own name, with which it is polled."""
    job: str = ""
    """The job whose account is charged; empty if the operation costs nothing."""
    charge: str = ""
    """The charge on that account that stays open; empty if the operation costs nothing."""
    fallbacks: tuple[Fallback, ...] = ()
    """The providers that were asked first and did not start it."""


class PendingOperation(Record):
    """An operation whose result is not here yet, as it is recorded for an asset."""

    history = History(
        "clip in the making",
        keep_fields,
        rename("missed", "fallbacks", within="operation"),
        rename("odd", "unreadable_count"),
    )

    operation: Operation
    at: datetime
    """The time of its start."""
    unreadable_count: int = 0
    """Number of answers so far that cannot be read."""
