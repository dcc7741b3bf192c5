"""What a vendor makes over minutes: begun by one call, asked for by others, in other processes."""

from datetime import datetime

from sutradhar.domain.assets.asset import Fallback
from sutradhar.domain.core.base import Frozen


class Operation(Frozen):
    """A vendor at work. ``job`` and ``charge``: the account and the charge on it that stays open; empty where nothing
    is paid."""

    provider: str
    model: str
    name: str
    """The vendor's own, by which it is asked for."""
    job: str = ""
    charge: str = ""
    missed: tuple[Fallback, ...] = ()
    """Who was asked before and would not."""


class Begun(Frozen):
    """An operation for an asset."""

    operation: Operation
    at: datetime
    odd: int = 0
    """Answers so far that nobody could read."""
