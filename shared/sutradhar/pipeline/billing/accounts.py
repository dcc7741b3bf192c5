"""Reserve, settle, refund and write off the money of calls, on the accounts of their job, batch, day and API key."""

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sutradhar.domain.billing import ledger
from sutradhar.domain.billing.ledger import (
    Account,
    AccountId,
    Accounts,
    Charge,
    Outcome,
    batch_account,
    day_account,
    job_account,
    key_account,
    order_account,
)
from sutradhar.domain.billing.price import Units
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.jobs.day_tallies import DayChange, tally_payment
from sutradhar.domain.jobs.job import Job
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, Values
from sutradhar.ports.stores import JobStore
from sutradhar.telemetry import log


@dataclass(frozen=True)
class Reservation:
    """Money that is reserved for one call. ``job``: the account that keeps the charge."""

    job: AccountId
    charge_id: str
    charge: Charge


@dataclass(frozen=True)
class DayBudget:
    """A cap on the payments of a day. Amounts in millionths of a US dollar."""

    cap: int
    committed: int
    """The money that is paid or reserved."""

    @property
    def remainder(self) -> int:
        return max(self.cap - self.committed, 0)


class BillingAccounts:
    """The accounts of all jobs, days and API keys. ``day_cap``: of one day (UTC), in millionths of a US dollar."""

    def __init__(self, records: KeyValueStore, clock: Clock, day_cap: int | None) -> None:
        self._records, self._clock, self._day_cap = records, clock, day_cap

    def read(self, account_id: AccountId) -> Account:
        return read_account(self._records, account_id)

    def reserve(self, context: BillingContext, usage: Usage, price: int) -> Reservation:
        """Reserve ``price`` for a call with this usage; earlier open charges of the same slot are written off.

        Raises:
            BudgetExceeded: the price does not fit under a cap.
        """
        self.write_off_open(context.job_id, context.slot)
        charge = Charge(
            slot=context.slot,
            provider=usage.provider,
            model=usage.model,
            day=self._today(),
            reserved=price,
            units=dict(usage.max),
            owner=context.owner if context.owner_cap is not None else "",
            job_owner=context.owner,
            batch=context.batch,
            order=context.order,
        )
        reservation = Reservation(job_account(context.job_id), uuid.uuid4().hex, charge)
        job, charge_id = reservation.job, reservation.charge_id
        caps = self._caps(charge.day, charge.owner, context.owner_cap)
        capped = order_account(context.order) if context.order else job
        caps |= {} if context.job_cap is None else {capped: context.job_cap}
        self._update(reservation, lambda accounts: ledger.reserve(accounts, job, charge_id, charge, caps))
        return reservation

    def mark_pending(self, reservation: Reservation, operation: str) -> None:
        """Keep the money reserved for the provider's ``operation``, which continues after the call."""
        job, charge_id = reservation.job, reservation.charge_id
        self._update_accounts([job], lambda accounts: ledger.mark_pending(accounts, job, charge_id, operation))

    def settle(self, reservation: Reservation, spent: int, units: Units | None = None, request_id: str = "") -> None:
        """Replace the reservation by the money that the call cost."""
        self._end(reservation, "settled", spent, units, request_id)

    def refund(self, reservation: Reservation) -> None:
        """Give the reservation back, since the provider charged nothing."""
        self._end(reservation, "refunded", 0)

    def write_off(self, reservation: Reservation) -> None:
        """Count the whole reservation as spent, since the real price is unknown."""
        self._end(reservation, "lost", reservation.charge.reserved)

    def write_off_all(self, job_id: str) -> None:
        """Write off everything that is reserved for the job, also pending operations, since no worker asks for it any
        more. If the real price becomes known later, it corrects this."""
        self._write_off_matching(job_id, lambda charge: charge.is_reserved)

    def write_off_open(self, job_id: str, slot: str | None = None) -> None:
        """Write off the open charges of a slot (None: of all) whose worker was killed: the provider may have charged
        for them."""
        self._write_off_matching(job_id, lambda charge: charge.outcome == "open" and slot in (None, charge.slot))

    def remaining_budget(self, owner: str, owner_cap: int | None) -> int | None:
        """Return the money that today's caps leave, in millionths of a US dollar; None: there is no cap."""
        budget = self.find_day_budget(owner, owner_cap)
        return budget.remainder if budget else None

    def find_day_budget(self, owner: str, owner_cap: int | None) -> DayBudget | None:
        """Return the one of today's budgets of which the least is left; None: there is no cap."""
        caps = self._caps(self._today(), owner, owner_cap)
        budgets = [DayBudget(cap, self.read(key).commitment) for key, cap in caps.items()]
        return min(budgets, key=lambda budget: budget.remainder, default=None)

    def set_batch_cap(self, batch_id: str, cap: int | None, version: int) -> None:
        """Let the jobs of a batch cost at most ``cap`` together; None: any amount. A cap of a later version stays.

        The cap is kept in the account itself, so that no reservation is made by an earlier one.
        """
        batch = batch_account(batch_id)
        before = self.read(batch)
        if (before.cap, before.cap_version) != (cap, version):
            self._update_accounts([batch], lambda accounts: {batch: ledger.set_cap(accounts[batch], cap, version)})

    def remaining_batch_budget(self, batch_id: str) -> int | None:
        """Return the money that the cap of a batch leaves, in millionths of a US dollar; None: there is no cap."""
        account = self.read(batch_account(batch_id))
        return None if account.cap is None else max(account.cap - account.commitment, 0)

    def _today(self) -> str:
        return self._clock.now().date().isoformat()

    def _write_off_matching(self, job_id: str, matches: Callable[[Charge], bool]) -> None:
        job = job_account(job_id)
        for charge_id, charge in self.read(job).charges.items():
            if matches(charge):
                log("charge_lost", level="warning", provider=charge.provider, slot=charge.slot)
                self.write_off(Reservation(job, charge_id, charge))

    def _end(
        self, reservation: Reservation, outcome: Outcome, spent: int, units: Units | None = None, request_id: str = ""
    ) -> None:
        job, charge_id = reservation.job, reservation.charge_id
        self._update(
            reservation, lambda accounts: ledger.settle(accounts, job, charge_id, outcome, spent, units, request_id)
        )

    def _caps(self, day: str, owner: str, owner_cap: int | None) -> dict[AccountId, int]:
        caps = {} if self._day_cap is None else {day_account(day): self._day_cap}
        return caps | ({} if owner_cap is None or not owner else {key_account(owner, day): owner_cap})

    def _update(self, reservation: Reservation, change: ledger.Change) -> None:
        charge = reservation.charge
        # without a cap the day's account is left alone, because many jobs would have to share its record
        days = [] if self._day_cap is None else [day_account(charge.day)]
        keys = [key_account(charge.owner, charge.day)] if charge.owner else []
        batches = [batch_account(charge.batch)] if charge.batch else []
        orders = [order_account(charge.order)] if charge.order else []
        self._update_accounts([reservation.job, *orders, *days, *keys, *batches], change, charge.job_owner)

    def _update_accounts(self, account_ids: list[AccountId], change: ledger.Change, job_owner: str = "") -> None:
        """Change the accounts, of which the first is the job's. What it has paid since counts for its owner's day."""

        def apply(texts: Values) -> Values:
            before: Accounts = {key: _parse_account(texts.get(str(key))) for key in account_ids}
            return {str(key): account.to_record() for key, account in change(before).items()}

        def count_payment(before: Values, after: Values) -> DayChange | None:
            paid, paid_before = (_read_spent(texts.get(str(account_ids[0]))) for texts in (after, before))
            return tally_payment(job_owner, paid - paid_before, self._clock.now())

        self._records.update([str(key) for key in account_ids], apply, count_payment)


def read_job_account(records: KeyValueStore, job_id: str) -> Account:
    """Return what a job was charged so far."""
    return read_account(records, job_account(job_id))


def read_charged_job(jobs: JobStore, job_id: str) -> tuple[Job, Account]:
    """Return the job and what it was charged so far, in one call of the store. Raise NotFound: there is no such job."""
    name = str(job_account(job_id))
    job, texts = jobs.get_with(job_id, [name])
    return job, _parse_account(texts.get(name))


def read_spent(records: KeyValueStore, job_ids: Iterable[str]) -> dict[str, int]:
    """Return what each job was charged so far, in millionths of a US dollar, by its id. The charges of the jobs are not
    read one by one: a list of many jobs would take long."""
    names = {str(job_account(job_id)): job_id for job_id in job_ids}
    texts = records.read(names) if names else {}
    return {job_id: _read_spent(texts.get(name)) for name, job_id in names.items()}


def _read_spent(text: str | None) -> int:
    return int(Account.history.upgrade(json.loads(text)).get("spent", 0)) if text else 0


def read_accounts(records: KeyValueStore, account_ids: Iterable[AccountId]) -> dict[AccountId, Account]:
    """Return the accounts as they are now, in one call of the store; unused accounts are empty."""
    names = {str(account_id): account_id for account_id in account_ids}
    texts = records.read(names) if names else {}
    return {account_id: _parse_account(texts.get(name)) for name, account_id in names.items()}


def read_account(records: KeyValueStore, account_id: AccountId) -> Account:
    """Return the account as it is now; an unused account is empty."""
    return _parse_account(records.read([str(account_id)]).get(str(account_id)))


def _parse_account(text: str | None) -> Account:
    return Account.from_record(text) if text else Account()
