"""Accounts of money: reserved before a call of a provider, settled or refunded after it.

These functions are pure; the stores apply them atomically. An account has a cap or none. Spent and reserved money
together never exceed the cap, since a reservation that would exceed it is refused. One call changes the accounts of its
job, of its batch, of its day and of its API key's day in one step.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Self

from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import BudgetExceeded
from sutradhar.domain.core.record import History, Record, keep_fields

Outcome = Literal["open", "pending", "settled", "refunded", "lost"]
"""``open``: the call is being made. ``pending``: the call was made and the provider is still working. The money of both
is reserved. ``lost``: the charge was written off, because it is unknown whether the provider charged for the call; it
counts in full. The words are stored, and the API shows them."""
_RESERVED = ("open", "pending")
AccountKind = Literal["job", "order", "day", "key", "batch"]
"""``order``: a job and the jobs that make its video in other languages."""
_KINDS: Mapping[str, AccountKind] = {"job": "job", "order": "order", "day": "day", "key": "key", "batch": "batch"}
_TEXT_FORM = re.compile("ledger/(job|order|day|key|batch)/([^/]+)(?:/([^/]+))?")


@dataclass(frozen=True)
class AccountId:
    """The name of an account; its text form is the name of the account's record."""

    kind: AccountKind
    name: str
    """The job's id (of an order the first job's), the day (2026-11-27), the API key's id, or the batch's."""
    day: str = ""
    """The day of an API key's account."""

    def __str__(self) -> str:
        return f"ledger/{self.kind}/{self.name}" + (f"/{self.day}" if self.day else "")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the account with this text form. Raise ValueError for another text."""
        match = _TEXT_FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no account")
        return cls(_KINDS[match[1]], match[2], match[3] or "")


def job_account(job_id: str) -> AccountId:
    return AccountId("job", job_id)


def order_account(job_id: str) -> AccountId:
    return AccountId("order", job_id)


def day_account(day: str) -> AccountId:
    return AccountId("day", day)


def batch_account(batch_id: str) -> AccountId:
    return AccountId("batch", batch_id)


def key_account(key_id: str, day: str) -> AccountId:
    return AccountId("key", key_id, day)


class Charge(Frozen):
    """One call of a provider. Amounts in millionths of a US dollar."""

    slot: str
    """The part of the job that the call is for: ``plan``, ``scene-00-image``."""
    provider: str
    model: str
    day: str
    """The day whose account has the reservation."""
    owner: str = ""
    """The API key whose account has the reservation, if that key has a cap."""
    job_owner: str = ""
    """The API key that owns the job; empty: it came without one."""
    batch: str = ""
    """The batch whose account has the reservation; empty: the job belongs to none."""
    order: str = ""
    """The first job of the video in several languages whose account has the reservation; empty: there is none."""
    reserved: int
    spent: int = 0
    units: Mapping[str, float] = {}
    request_id: str = ""
    outcome: Outcome = "open"

    @property
    def is_reserved(self) -> bool:
        return self.outcome in _RESERVED


class Account(Record):
    """Amounts in millionths of a US dollar. ``charges`` by id; only a job's account has them."""

    history = History("account", keep_fields)

    spent: int = 0
    reserved: int = 0
    charges: Mapping[str, Charge] = {}
    cap: int | None = None
    """The cap of a batch's account, which may change while its jobs pay; None: no cap, or the cap is not kept here."""
    cap_version: int = 0

    @property
    def commitment(self) -> int:
        return self.spent + self.reserved


Accounts = Mapping[AccountId, Account]
Change = Callable[[Accounts], Accounts]


def reserve(
    accounts: Accounts, job: AccountId, charge_id: str, charge: Charge, caps: Mapping[AccountId, int]
) -> dict[AccountId, Account]:
    """Return ``accounts`` with ``charge`` reserved in each; the account ``job`` keeps it. A repeat changes nothing.

    Raises:
        BudgetExceeded: the charge does not fit under the cap of one of the accounts.
    """
    if charge_id in accounts[job].charges:
        return dict(accounts)
    for account_id, account in accounts.items():
        cap = caps.get(account_id, account.cap)
        if cap is not None and account.commitment + charge.reserved > cap:
            raise BudgetExceeded(
                f"{charge.provider} would cost up to {usd(charge.reserved):.4f} USD, and of this {account_id.kind}'s"
                f" cap of {usd(cap):.2f} USD {usd(max(cap - account.commitment, 0)):.4f} are left",
                provider=charge.provider,
                account=account_id.kind,
                may_fall_back=not charge.batch or account_id.kind in ("job", "order"),
            )
    changed = {key: account.evolve(reserved=account.reserved + charge.reserved) for key, account in accounts.items()}
    changed[job] = _with_charge(changed[job], charge_id, charge)
    return changed


def set_cap(account: Account, cap: int | None, version: int) -> Account:
    """Return ``account`` with another cap, unless it has that of a later version already."""
    return account if version < account.cap_version else account.evolve(cap=cap, cap_version=version)


def mark_pending(accounts: Accounts, job: AccountId, charge_id: str, operation: str) -> dict[AccountId, Account]:
    """Return ``accounts`` with a call that the provider continues as ``operation``; its money stays reserved."""
    charge = accounts[job].charges[charge_id]
    if charge.outcome != "open":
        return dict(accounts)
    pending = charge.evolve(outcome="pending", request_id=operation)
    return {**accounts, job: _with_charge(accounts[job], charge_id, pending)}


def settle(
    accounts: Accounts,
    job: AccountId,
    charge_id: str,
    outcome: Outcome,
    spent: int,
    units: Mapping[str, float] | None = None,
    request_id: str = "",
) -> dict[AccountId, Account]:
    """Return ``accounts`` with the charge's end in each.

    A repeat changes nothing. A charge that was written off is corrected when its real outcome becomes known.
    """
    charge = accounts[job].charges[charge_id]
    if not (charge.is_reserved or (charge.outcome == "lost" and outcome != "lost")):
        return dict(accounts)
    reserved = charge.reserved if charge.is_reserved else 0
    changed = {
        key: account.evolve(reserved=account.reserved - reserved, spent=account.spent + spent - charge.spent)
        for key, account in accounts.items()
    }
    ended = charge.evolve(
        outcome=outcome,
        spent=spent,
        units=dict(charge.units if units is None else units),
        request_id=request_id or charge.request_id,
    )
    changed[job] = _with_charge(changed[job], charge_id, ended)
    return changed


def _with_charge(account: Account, charge_id: str, charge: Charge) -> Account:
    return account.evolve(charges={**account.charges, charge_id: charge})
