"""The gate: circuit breaker, calls at once, and money that a dead worker had set aside."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteLeaseStore
from sutradhar.domain.billing.breaker import FAILURES, Breaker
from sutradhar.domain.billing.ledger import job_account
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import BudgetExceeded, Fault, LeaseHeld, ProviderError
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.pipeline.billing.context import BillingContext
from tests.fakes import FakeClock

PRICES = PriceTable.model_validate(
    {"prices": [{"provider": "v", "model": "m", "unit": "calls", "usd": "0.10", "source": "s", "as_of": "2026-01-01"}]}
)

USAGE = Usage.exact("v", "m", {"calls": 1})


class Shop:
    def __init__(self, folder: Path, *, day_cap: int | None = None, places: int = 0, a_minute: int = 0) -> None:
        self.clock, self.database, self.process_registry = (
            FakeClock(),
            Database(folder / "state.db"),
            ProcessRegistry(folder),
        )
        self.records = SqliteKeyValueStore(self.database)
        leases = SqliteLeaseStore(self.database, self.process_registry, self.clock)
        # two instances of a function
        self.here, self.there = (
            PaidCallGate.create(self.records, leases, self.clock, PRICES, day_cap, {"v": places}, {"v": a_minute})
            for _ in range(2)
        )

    def call(self, gate: PaidCallGate | None = None, fault: Fault | None = None, after: float | None = None) -> None:
        with (gate or self.here).call(USAGE):
            if fault:
                raise ProviderError("broken", provider="v", retryable=True, fault=fault, retry_after=after)

    def fails(self, fault: Fault, times: int = 1, after: float | None = None) -> None:
        for _ in range(times):
            with pytest.raises(ProviderError, match="broken"):
                self.call(fault=fault, after=after)

    def asked(self, gate: PaidCallGate) -> bool:
        """Whether a call is let through."""
        calls: list[None] = []
        try:
            with gate.call(USAGE):
                calls.append(None)
        except ProviderError:
            return bool(calls)
        return True


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, places=2)
    yield made
    made.database.close()
    made.process_registry.close()


@pytest.mark.parametrize("fault", ["down", "busy"])
def test_after_three_failures_in_a_row_no_instance_asks_for_a_while(shop: Shop, fault: Fault) -> None:
    shop.fails(fault, 2)
    assert shop.asked(shop.there)
    shop.fails(fault, 3)
    assert not shop.asked(shop.there)
    shop.clock.advance(31)
    assert shop.asked(shop.there)
    shop.fails(fault, 2)  # in a row is counted anew
    assert shop.asked(shop.here)


def test_after_the_pause_one_tries_and_the_others_wait_for_how_it_ends(shop: Shop) -> None:
    shop.fails("down", 3)
    shop.clock.advance(31)
    with pytest.raises(ProviderError, match="broken"), shop.here.call(USAGE):
        assert not shop.asked(shop.there)
        raise ProviderError("broken", provider="v", retryable=True, fault="down")
    shop.clock.advance(31)  # the second pause is twice as long
    assert not shop.asked(shop.there)
    shop.clock.advance(30)
    assert shop.asked(shop.there)


def test_a_vendor_that_says_when_is_asked_then(shop: Shop) -> None:
    shop.fails("busy", after=90)
    shop.clock.advance(89)
    assert not shop.asked(shop.there)
    shop.clock.advance(2)
    assert shop.asked(shop.there)


def test_a_wrong_key_is_not_tried_again_at_once(shop: Shop) -> None:
    shop.fails("key")
    assert not shop.asked(shop.here)


@pytest.mark.parametrize("fault", ["refused", "request", "answer"])
def test_what_is_wrong_with_one_request_says_nothing_of_the_next(shop: Shop, fault: Fault) -> None:
    shop.fails(fault, 6)
    assert shop.asked(shop.here)


def test_no_more_calls_at_once_than_there_are_places_in_all_instances(shop: Shop) -> None:
    one, two = (gate.call(USAGE) for gate in (shop.here, shop.there))
    with one, two, pytest.raises(LeaseHeld, match="v is asked 2 things at once"):
        shop.call()
    shop.call()
    with suppress(RuntimeError), shop.here.call(USAGE):
        raise RuntimeError("a place is given back whatever happens")
    with shop.here.call(USAGE), shop.there.call(USAGE):
        pass


def test_no_more_calls_a_minute_than_a_vendor_may_get_from_all_instances(tmp_path: Path) -> None:
    shop = Shop(tmp_path, a_minute=3)
    for gate in (shop.here, shop.there, shop.here):
        shop.call(gate)
    with pytest.raises(LeaseHeld, match="v was asked 3 things in this minute"):
        shop.call(shop.there)
    shop.clock.advance(60)
    shop.call(shop.there)
    shop.database.close()
    shop.process_registry.close()


def test_a_model_without_a_price_is_not_called(shop: Shop) -> None:
    unpriced = shop.here.call(Usage.exact("v", "other", {"calls": 1}))
    with pytest.raises(ProviderError, match="no price is known for calls of v's other"), unpriced:
        pytest.fail("called")


def test_a_cap_is_named_with_what_is_left_of_it(shop: Shop) -> None:
    gate = shop.here.bill_to(BillingContext("job-1", "a", 150_000))
    shop.call(gate)
    with pytest.raises(BudgetExceeded, match=r"v would cost up to 0\.1000 USD, and of this job's cap of 0\.15 USD"):
        shop.call(gate)


def test_the_day_has_a_cap_of_its_own_and_the_next_day_begins_anew(tmp_path: Path) -> None:
    shop = Shop(tmp_path, day_cap=150_000)
    shop.call(shop.here.bill_to(BillingContext("job-1", "a")))
    second = shop.here.bill_to(BillingContext("job-2", "a"))
    with pytest.raises(BudgetExceeded, match="this day's cap"):
        shop.call(second)
    shop.clock.advance(timedelta(days=1).total_seconds())
    shop.call(second)
    shop.database.close()
    shop.process_registry.close()


def test_what_a_dead_worker_had_set_aside_counts_as_spent_until_the_vendor_is_known_to_say_otherwise(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    context = BillingContext("job-1", "a", 10_000_000)
    dead = shop.here.bill_to(context).call(USAGE)
    call = dead.__enter__()
    assert read_account(shop.records, job_account("job-1")).reserved == 100_000
    # of another slot: it leaves the first one alone
    shop.call(shop.there.bill_to(BillingContext("job-1", "b")))
    assert read_account(shop.records, job_account("job-1")).reserved == 100_000
    shop.call(shop.there.bill_to(context))
    account = read_account(shop.records, job_account("job-1"))
    assert (account.reserved, account.spent) == (0, 300_000)
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["event"] == "charge_lost"
    call.settle({"calls": 0.5})  # it was only slow
    dead.__exit__(None, None, None)
    account = read_account(shop.records, job_account("job-1"))
    assert (account.reserved, account.spent) == (0, 250_000)


@pytest.mark.parametrize("others", [0, 1, 7])
def test_a_pause_doubles_once_a_trial_however_many_calls_fail(others: int) -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    down = ProviderError("down", provider="v", retryable=True, fault="down")
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker = breaker.record_failure(down, now)
    pauses = []
    for _ in range(4):
        pauses.append(breaker.seconds_until_retry(now))
        for _ in range(others):  # these calls ran when the pause began
            breaker = breaker.record_failure(down, now)
        now += timedelta(seconds=breaker.seconds_until_retry(now))
        breaker = breaker.half_open(now)
        for _ in range(others):
            breaker = breaker.record_failure(down, now)
        breaker = breaker.record_failure(down, now, is_trial=True)
    assert pauses == [30, 60, 120, 240]
