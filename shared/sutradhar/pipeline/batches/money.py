"""Decide whether a batch has to wait for money, and how long."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sutradhar.domain.core.errors import SpentBudget
from sutradhar.domain.jobs.batch import Batch
from sutradhar.domain.jobs.job import Job
from sutradhar.pipeline.services import Services

_SAME_TIME = timedelta(seconds=5)
"""Times of two machines that differ by less may be of either order."""


@dataclass(frozen=True)
class Shortage:
    """A budget that does not suffice for a row."""

    account: SpentBudget
    reason: str
    is_broken_off: bool = False
    """True: a provider's call was refused in the middle of a job. False: a job was not begun."""

    def must_wait(self, places: int) -> bool:
        """Return whether no row is started, also when one of those in progress ends."""
        return self.is_broken_off or not places


def find_shortage(batch: Batch, broken_off: Collection[Job], now: datetime) -> Shortage | None:
    """Return the budget that broke one of these jobs off, unless it has got new money since; None: there is none."""
    for job in broken_off:
        if job.error is None:
            continue
        account, failed_at = job.error.spent_budget, job.entered_at[job.state]
        if account == "batch":
            is_spent = batch.budget_changed_at is None or batch.budget_changed_at < failed_at - _SAME_TIME
        else:
            is_spent = failed_at.date() == now.date()
        if is_spent:
            return Shortage(account, job.error.cause, is_broken_off=True)
    return None


def explain_shortage(shortage: Shortage, now: datetime) -> tuple[str, datetime | None]:
    """Return the reason for the caller of the batch, and the time at which there is money again; None: when the budget
    of the batch is raised."""
    if shortage.account == "batch":
        return f"the batch's budget is spent; raise it, and the batch goes on ({shortage.reason})", None
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    whose = "the key's budget" if shortage.account == "key" else "the budget"
    return f"{whose} of this day (UTC) is spent; the batch goes on by itself tomorrow ({shortage.reason})", tomorrow


def has_new_money(services: Services, batch: Batch, places: int) -> bool:
    """Return whether a waiting batch should try again: a new day has begun or, when its last row in progress has ended,
    more is left of its budget than when it began to wait."""
    if batch.waits_until is not None:
        return batch.waits_until <= services.clock.now()
    left = services.providers.call_gate.accounts.remaining_batch_budget(batch.id)
    return not places and (left is None or (batch.left_micros is not None and left > batch.left_micros))
