"""Money: set aside before a call to a vendor, settled or given back after it. Pure; the stores make it atomic.

An account has a cap or none. What is spent and what is set aside never pass it together, since nothing is set aside
that would. One call moves the accounts of its job, of its day and of its key's day in one step.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import BudgetExceeded
from sutradhar.domain.core.record import History, Record, keep_fields

Outcome = Literal["open", "pending", "settled", "refunded", "lost"]
"""``open``: the call is being made. ``pending``: it was made, and the vendor works on; both are set aside. ``lost``:
nobody knows whether the vendor charged for it, so it counts in full."""
_HELD = ("open", "pending")


class Charge(Frozen):
    """One call to a vendor. Amounts in millionths of a US dollar."""

    slot: str
    """What it was for: ``plan``, ``scene-00-image``."""
    provider: str
    model: str
    day: str
    """The account of the day that it was set aside in."""
    owner: str = ""
    """The API key whose account it was set aside in, where that has a cap."""
    reserved: int
    spent: int = 0
    units: Mapping[str, float] = {}
    request_id: str = ""
    outcome: Outcome = "open"

    @property
    def held(self) -> bool:
        """Whether it is still set aside."""
        return self.outcome in _HELD


class Account(Record):
    """Amounts in millionths of a US dollar. ``charges`` by id; only a job's account has them."""

    history = History("account", keep_fields)

    spent: int = 0
    reserved: int = 0
    charges: Mapping[str, Charge] = {}

    @property
    def committed(self) -> int:
        return self.spent + self.reserved


def key_account(key_id: str, day: str) -> str:
    return f"ledger/key/{key_id}/{day}"


Change = Callable[[Mapping[str, Account]], Mapping[str, Account]]


def job_account(job_id: str) -> str:
    return f"ledger/job/{job_id}"


def day_account(day: str) -> str:
    return f"ledger/day/{day}"


def reserve(
    accounts: Mapping[str, Account], job: str, charge_id: str, charge: Charge, caps: Mapping[str, int]
) -> dict[str, Account]:
    """``accounts`` with ``charge`` set aside in each; ``job`` names the one that keeps it. A repeat changes nothing.

    Raises:
        BudgetExceeded: it does not fit under the cap of one of them.
    """
    if charge_id in accounts[job].charges:
        return dict(accounts)
    for name, account in accounts.items():
        cap = caps.get(name)
        if cap is not None and account.committed + charge.reserved > cap:
            whose = name.split("/")[1]
            raise BudgetExceeded(
                f"{charge.provider} would cost up to {usd(charge.reserved):.4f} USD, and of this {whose}'s cap of"
                f" {usd(cap):.2f} USD {usd(max(cap - account.committed, 0)):.4f} are left",
                provider=charge.provider,
            )
    moved = {name: account.evolve(reserved=account.reserved + charge.reserved) for name, account in accounts.items()}
    moved[job] = moved[job].evolve(charges={**moved[job].charges, charge_id: charge})
    return moved


def keep(accounts: Mapping[str, Account], job: str, charge_id: str, operation: str) -> dict[str, Account]:
    """``accounts`` with a call that goes on at the vendor's as ``operation``: what is set aside for it stays so."""
    charge = accounts[job].charges[charge_id]
    if charge.outcome != "open":
        return dict(accounts)
    pending = charge.evolve(outcome="pending", request_id=operation)
    return {**accounts, job: accounts[job].evolve(charges={**accounts[job].charges, charge_id: pending})}


def close(
    accounts: Mapping[str, Account],
    job: str,
    charge_id: str,
    outcome: Outcome,
    spent: int,
    units: Mapping[str, float] | None = None,
    request_id: str = "",
) -> dict[str, Account]:
    """``accounts`` with the charge's end in each. A repeat changes nothing, but what was given up for lost and is known
    after all is corrected."""
    charge = accounts[job].charges[charge_id]
    if not (charge.held or (charge.outcome == "lost" and outcome != "lost")):
        return dict(accounts)
    held = charge.reserved if charge.held else 0
    moved = {
        name: account.evolve(reserved=account.reserved - held, spent=account.spent + spent - charge.spent)
        for name, account in accounts.items()
    }
    ended = charge.evolve(
        outcome=outcome,
        spent=spent,
        units=dict(charge.units if units is None else units),
        request_id=request_id or charge.request_id,
    )
    moved[job] = moved[job].evolve(charges={**moved[job].charges, charge_id: ended})
    return moved
