"""Describe the cost of a job as the API shows it."""

from collections.abc import Mapping

from sutradhar.domain.billing.ledger import Account, Outcome
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.jobs.job import Job


class CostLine(Frozen):
    """One call of a provider."""

    slot: str
    """The asset that was paid for, such as ``scene-00-image``; ``plan`` is the text of the plan."""
    provider: str
    model: str
    units: Mapping[str, float]
    """The amounts that the provider counts: characters, images, tokens, seconds."""
    usd: float
    state: Outcome
    """``open`` and ``pending``: the amount is reserved. ``lost``: the price is unknown, so the reservation counts."""
    request_id: str | None
    """The provider's own name of the call."""


class Cost(Frozen):
    """The cost of a job in US dollars."""

    estimated_usd: float
    estimated_most_usd: float
    actual_usd: float
    """The payments to providers so far."""
    reserved_usd: float
    """The reservations for calls that are running."""
    lines: tuple[CostLine, ...]


def describe_cost(job: Job, account: Account) -> Cost:
    """Return the cost of the job so far. ``account``: what it was charged."""
    return Cost(
        estimated_usd=usd(job.estimated_micros),
        estimated_most_usd=usd(job.max_estimated_micros),
        actual_usd=usd(account.spent),
        reserved_usd=usd(account.reserved),
        lines=tuple(
            CostLine(
                slot=charge.slot,
                provider=charge.provider,
                model=charge.model,
                units=dict(charge.units),
                usd=usd(charge.reserved if charge.is_reserved else charge.spent),
                state=charge.outcome,
                request_id=charge.request_id or None,
            )
            for charge in sorted(account.charges.values(), key=lambda charge: charge.slot)
        ),
    )
