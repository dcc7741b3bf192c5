"""The gate in front of every vendor: circuit breaker, calls at once, and the ledger."""

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing import ledger
from sutradhar.domain.billing.ledger import Account, Charge, day_account, job_account, key_account
from sutradhar.domain.billing.model_table import ModelTable
from sutradhar.domain.billing.price import PriceTable, Units
from sutradhar.domain.core.errors import LeaseHeld, ProviderError, StillAtWork
from sutradhar.pipeline.billing.provider_health import VendorHealth
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, Values
from sutradhar.ports.stores import MAX_LEASE, Lease, LeaseStore
from sutradhar.telemetry import log


@dataclass(frozen=True)
class Buyer:
    """On whose account a call is made. ``job_cap`` in millionths of a US dollar."""

    job_id: str
    slot: str
    job_cap: int | None = None
    strict: bool = False
    only_asks: bool = False
    """Nothing is bought: every call ends in Quoted."""
    owner: str = ""
    """The API key whose job it is."""
    owner_cap: int | None = None
    """Of a day of all its jobs."""


@dataclass
class Quoted(Exception):
    """What a call would probably cost, and at most, in millionths of a US dollar; it was not made."""

    provider: str
    model: str
    likely: int
    most: int


_buyer: ContextVar[Buyer | None] = ContextVar("buyer", default=None)


@contextmanager
def on_account_of(buyer: Buyer) -> Iterator[None]:
    """Every call inside the block is paid by ``buyer``."""
    token = _buyer.set(buyer)
    try:
        yield
    finally:
        _buyer.reset(token)


class Purchases:
    """A CallGate. ``at_once``: the vendors that there are keys for, each with how many calls it may get at a time from
    all instances together, ``a_minute`` those that have a limit of that kind too (0: any number)."""

    def __init__(
        self,
        records: KeyValueStore,
        leases: LeaseStore,
        clock: Clock,
        prices: PriceTable,
        day_cap: int | None,
        at_once: Mapping[str, int],
        a_minute: Mapping[str, int] | None = None,
        models: ModelTable | None = None,
    ) -> None:
        self._records, self._leases, self._clock, self._prices = records, leases, clock, prices
        self._day_cap, self._at_once, self._a_minute = day_cap, at_once, dict(a_minute or {})
        self.health = VendorHealth(records, clock, models or ModelTable())

    @property
    def strict(self) -> bool:
        buyer = _buyer.get()
        return bool(buyer and buyer.strict)

    @contextmanager
    def call(self, provider: str, model: str, most: Units, likely: Units) -> Iterator["_Call"]:
        buyer = _buyer.get()
        if buyer and buyer.only_asks:
            raise Quoted(provider, model, self._price(provider, model, likely), self._price(provider, model, most))
        is_trial = self.health.enter(provider, model)
        with self._place(provider):
            self._count_minute(provider)
            call = self._reserve(provider, model, most)
            try:
                yield call
            except ProviderError as exc:
                call.end("lost" if exc.billed else "refunded")
                self.health.note_failure(provider, model, exc, is_trial=is_trial)
                raise
            except BaseException:
                call.end("lost")
                raise
            call.end("settled")
        self.health.note_success(provider)

    @contextmanager
    def resumed(self, operation: Operation) -> Iterator["_Call"]:
        """Asking what became of a call is free, and is not counted among the calls at once. The circuit breaker has no
        say in it, so it hears nothing of it: many ask often, and would tell of failures in a row that are none."""
        call = _Call(self, operation.job or None, operation.charge, self._charge_of(operation))
        try:
            yield call
        except StillAtWork:
            raise
        except ProviderError as exc:
            if exc.fault not in ("busy", "down", "key"):
                call.end("refunded" if exc.fault in ("refused", "request") else "lost")
            raise
        call.end("settled")

    def give_up(self, operation: Operation) -> None:
        """Nobody will ask for it any more, and nobody knows whether it is charged for."""
        if operation.job:
            charge = self._charge_of(operation)
            self.close(operation.job, operation.charge, charge, "lost", charge.reserved)

    def unfinished(self) -> Operation | None:
        """What a vendor works on for the present buyer: whoever began it may have died before it was written down."""
        buyer = _buyer.get()
        job = job_account(buyer.job_id) if buyer else ""
        for charge_id, charge in account(self._records, job).charges.items() if buyer else ():
            if buyer and charge.outcome == "pending" and charge.slot == buyer.slot:
                return Operation(
                    provider=charge.provider, model=charge.model, name=charge.request_id, job=job, charge=charge_id
                )
        return None

    def _charge_of(self, operation: Operation) -> Charge:
        charges = account(self._records, operation.job).charges if operation.job else {}
        free = Charge(slot="", provider=operation.provider, model=operation.model, day="", reserved=0)
        return charges.get(operation.charge, free)

    def keep(self, job: str, charge_id: str, name: str) -> None:
        """The charge stays open, for what the vendor works on under ``name``."""
        self._move([job], lambda found: ledger.keep(found, job, charge_id, name))

    def _reserve(self, provider: str, model: str, units: Units) -> "_Call":
        price, buyer = self._price(provider, model, units), _buyer.get()
        if buyer is None or not price:
            return _Call(self, None, "", Charge(slot="", provider=provider, model=model, day="", reserved=price))
        self.give_up_open(buyer.job_id, buyer.slot)
        charge = Charge(
            slot=buyer.slot,
            provider=provider,
            model=model,
            day=self._clock.now().date().isoformat(),
            reserved=price,
            units=dict(units),
            owner=buyer.owner if buyer.owner_cap is not None else "",
        )
        charge_id, job = uuid.uuid4().hex, job_account(buyer.job_id)
        caps = self._caps(charge.day, charge.owner, buyer.owner_cap)
        caps |= {} if buyer.job_cap is None else {job: buyer.job_cap}
        self._move(self._accounts(job, charge), lambda found: ledger.reserve(found, job, charge_id, charge, caps))
        return _Call(self, job, charge_id, charge)

    def _price(self, provider: str, model: str, units: Units) -> int:
        try:
            return self._prices.cost(provider, model, units)
        except LookupError as exc:
            raise ProviderError(str(exc), provider=provider, retryable=False, advice="see docs/providers.md") from exc

    def sells(self, maker: str) -> bool:
        """Whether what ``maker`` makes is paid for."""
        return maker.partition("/")[0] in self._at_once

    @property
    def sells_nothing(self) -> bool:
        """Whether there is a key of no vendor."""
        return not self._at_once

    def give_up_all(self, job_id: str) -> None:
        """Nobody will ask for anything of this job any more, not even for what vendors work on. What is known later
        corrects this."""
        self._give_up(job_id, lambda charge: charge.held)

    def give_up_open(self, job_id: str, slot: str | None = None) -> None:
        """Whoever was at work on ``slot`` (None: on any) is gone: what it set aside may have been charged."""
        self._give_up(job_id, lambda charge: charge.outcome == "open" and slot in (None, charge.slot))

    def _give_up(self, job_id: str, which: Callable[[Charge], bool]) -> None:
        job = job_account(job_id)
        for charge_id, charge in account(self._records, job).charges.items():
            if which(charge):
                log("charge_lost", level="warning", provider=charge.provider, slot=charge.slot)
                self.close(job, charge_id, charge, "lost", charge.reserved)

    def close(
        self,
        job: str,
        charge_id: str,
        charge: Charge,
        outcome: ledger.Outcome,
        spent: int,
        units: Units | None = None,
        request_id: str = "",
    ) -> None:
        self._move(
            self._accounts(job, charge),
            lambda found: ledger.close(found, job, charge_id, outcome, spent, units, request_id),
        )

    def cost(self, provider: str, model: str, units: Units) -> int:
        return self._prices.cost(provider, model, units)

    def left(self, owner: str, owner_cap: int | None) -> int | None:
        """Of today's caps, in millionths of a US dollar; None: there is none."""
        caps = self._caps(self._clock.now().date().isoformat(), owner, owner_cap)
        return min((max(cap - account(self._records, name).committed, 0) for name, cap in caps.items()), default=None)

    def _caps(self, day: str, owner: str, owner_cap: int | None) -> dict[str, int]:
        of_all = {} if self._day_cap is None else {day_account(day): self._day_cap}
        return of_all | ({} if owner_cap is None or not owner else {key_account(owner, day): owner_cap})

    def _accounts(self, job: str, charge: Charge) -> list[str]:
        # without a cap nobody writes a day's account, which many jobs would have to share
        days = [] if self._day_cap is None else [day_account(charge.day)]
        return [job, *days, *([key_account(charge.owner, charge.day)] if charge.owner else [])]

    def _move(self, names: list[str], change: "ledger.Change") -> None:
        def written(found: Values) -> Values:
            before = {n: Account.from_record(found[n]) if n in found else Account() for n in names}
            return {name: one.to_record() for name, one in change(before).items()}

        self._records.update(names, written)

    @contextmanager
    def _place(self, provider: str) -> Iterator[None]:
        """One of the places among the calls at once. Raises LeaseHeld when all are taken."""
        places = self._at_once.get(provider, 0)
        if not places:
            yield
            return
        lease = self._take(provider, places)
        try:
            yield
        finally:
            self._leases.release(lease)

    def _count_minute(self, provider: str) -> None:
        """Raises LeaseHeld when this minute has no call left."""
        limit = self._a_minute.get(provider, 0)
        if not limit:
            return
        name, minute = f"rate/{provider}", self._clock.now().strftime("%Y-%m-%dT%H:%M")

        def counted(found: Values) -> Values:
            before, _, calls = found.get(name, "").partition(" ")
            made = int(calls) if before == minute else 0
            if made >= limit:
                raise LeaseHeld(f"{provider} was asked {limit} things in this minute, which is all that it may be")
            return {name: f"{minute} {made + 1}"}

        self._records.update([name], counted)

    def _take(self, provider: str, places: int) -> Lease:
        for place in random.sample(range(places), places):
            try:
                return self._leases.acquire(f"calls/{provider}/{place}", MAX_LEASE)
            except LeaseHeld:
                continue
        raise LeaseHeld(f"{provider} is asked {places} things at once already, which is all that it may be")


class _Call:
    def __init__(self, purchases: Purchases, job: str | None, charge_id: str, charge: Charge) -> None:
        self._purchases, self._job, self._charge_id, self._charge = purchases, job, charge_id, charge
        self._units: Units = charge.units
        self._request_id, self._spent = "", charge.reserved
        self._known = self._pending = False

    def settle(self, units: Units, request_id: str = "") -> None:
        self._units, self._request_id, self._known = units, request_id, True
        self._spent = self._purchases.cost(self._charge.provider, self._charge.model, units)

    def goes_on(self, name: str) -> Operation:
        if self._job is not None:
            self._purchases.keep(self._job, self._charge_id, name)
        self._pending = True
        return Operation(
            provider=self._charge.provider,
            model=self._charge.model,
            name=name,
            job=self._job or "",
            charge=self._charge_id,
        )

    def end(self, outcome: ledger.Outcome) -> None:
        if self._job is None or self._pending:
            return
        if self._known:
            outcome = "settled"  # whatever came of it afterwards
        spent = 0 if outcome == "refunded" else self._spent
        self._purchases.close(self._job, self._charge_id, self._charge, outcome, spent, self._units, self._request_id)


def account(records: KeyValueStore, name: str) -> Account:
    """An account as it is now; one that nobody has used is empty."""
    text = records.read([name]).get(name)
    return Account.from_record(text) if text else Account()
