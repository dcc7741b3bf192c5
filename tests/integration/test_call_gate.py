"""The gate: circuit breaker, concurrent calls, and money that a dead worker had reserved."""

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


class GateHarness:
    def __init__(self, folder: Path, *, day_cap: int | None = None, slots: int = 0, a_minute: int = 0) -> None:
        self.clock, self.database, self.process_registry = (
            FakeClock(),
            Database(folder / "state.db"),
            ProcessRegistry(folder),
        )
        self.records = SqliteKeyValueStore(self.database)
        leases = SqliteLeaseStore(self.database, self.process_registry, self.clock)
        # two instances of a function
        self.here, self.there = (
            PaidCallGate.create(self.records, leases, self.clock, PRICES, day_cap, {"v": slots}, {"v": a_minute})
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

    def lets_call_through(self, gate: PaidCallGate) -> bool:
        """Return whether the gate lets a call through."""
        calls: list[None] = []
        try:
            with gate.call(USAGE):
                calls.append(None)
        except ProviderError:
            return bool(calls)
        return True


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[GateHarness]:
    created = GateHarness(tmp_path, slots=2)
    yield created
    created.database.close()
    created.process_registry.close()


@pytest.mark.parametrize("fault", ["down", "busy"])
def test_after_three_failures_in_a_row_no_instance_asks_for_a_while(harness: GateHarness, fault: Fault) -> None:
    harness.fails(fault, 2)
    assert harness.lets_call_through(harness.there)
    harness.fails(fault, 3)
    assert not harness.lets_call_through(harness.there)
    harness.clock.advance(31)
    assert harness.lets_call_through(harness.there)
    harness.fails(fault, 2)  # in a row is counted anew
    assert harness.lets_call_through(harness.here)


def test_after_the_pause_one_call_tries_and_the_others_wait_for_its_end(harness: GateHarness) -> None:
    harness.fails("down", 3)
    harness.clock.advance(31)
    with pytest.raises(ProviderError, match="broken"), harness.here.call(USAGE):
        assert not harness.lets_call_through(harness.there)
        raise ProviderError("broken", provider="v", retryable=True, fault="down")
    harness.clock.advance(31)  # the second pause is twice as long
    assert not harness.lets_call_through(harness.there)
    harness.clock.advance(30)
    assert harness.lets_call_through(harness.there)


def test_a_provider_that_says_when_is_asked_then(harness: GateHarness) -> None:
    harness.fails("busy", after=90)
    harness.clock.advance(89)
    assert not harness.lets_call_through(harness.there)
    harness.clock.advance(2)
    assert harness.lets_call_through(harness.there)


def test_a_wrong_key_is_not_tried_again_at_once(harness: GateHarness) -> None:
    harness.fails("key")
    assert not harness.lets_call_through(harness.here)


@pytest.mark.parametrize("fault", ["refused", "request", "answer"])
def test_a_fault_of_one_request_says_nothing_of_the_next(harness: GateHarness, fault: Fault) -> None:
    harness.fails(fault, 6)
    assert harness.lets_call_through(harness.here)


def test_no_more_concurrent_calls_than_slots_in_all_instances(harness: GateHarness) -> None:
    one, two = (gate.call(USAGE) for gate in (harness.here, harness.there))
    with one, two, pytest.raises(LeaseHeld, match="v has 2 calls at once"):
        harness.call()
    harness.call()
    with suppress(RuntimeError), harness.here.call(USAGE):
        raise RuntimeError("a slot is released after every error")
    with harness.here.call(USAGE), harness.there.call(USAGE):
        pass


def test_no_more_calls_a_minute_than_a_provider_may_get_from_all_instances(tmp_path: Path) -> None:
    harness = GateHarness(tmp_path, a_minute=3)
    for gate in (harness.here, harness.there, harness.here):
        harness.call(gate)
    with pytest.raises(LeaseHeld, match="v had 3 calls in this minute"):
        harness.call(harness.there)
    harness.clock.advance(60)
    harness.call(harness.there)
    harness.database.close()
    harness.process_registry.close()


def test_a_model_without_a_price_is_not_called(harness: GateHarness) -> None:
    unpriced = harness.here.call(Usage.exact("v", "other", {"calls": 1}))
    with pytest.raises(ProviderError, match="no price is known for calls of v's other"), unpriced:
        pytest.fail("called")


def test_a_cap_is_named_with_its_remaining_budget(harness: GateHarness) -> None:
    gate = harness.here.bill_to(BillingContext("job-1", "a", 150_000))
    harness.call(gate)
    with pytest.raises(BudgetExceeded, match=r"v would cost up to 0\.1000 USD, and of this job's cap of 0\.15 USD"):
        harness.call(gate)


def test_the_day_has_a_cap_of_its_own_and_the_next_day_begins_anew(tmp_path: Path) -> None:
    harness = GateHarness(tmp_path, day_cap=150_000)
    harness.call(harness.here.bill_to(BillingContext("job-1", "a")))
    second = harness.here.bill_to(BillingContext("job-2", "a"))
    with pytest.raises(BudgetExceeded, match="this day's cap"):
        harness.call(second)
    harness.clock.advance(timedelta(days=1).total_seconds())
    harness.call(second)
    harness.database.close()
    harness.process_registry.close()


def test_the_reservation_of_a_dead_worker_counts_as_spent_until_its_real_price_is_known(
    harness: GateHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    context = BillingContext("job-1", "a", 10_000_000)
    dead = harness.here.bill_to(context).call(USAGE)
    call = dead.__enter__()
    assert read_account(harness.records, job_account("job-1")).reserved == 100_000
    # of another slot: it leaves the first one alone
    harness.call(harness.there.bill_to(BillingContext("job-1", "b")))
    assert read_account(harness.records, job_account("job-1")).reserved == 100_000
    harness.call(harness.there.bill_to(context))
    account = read_account(harness.records, job_account("job-1"))
    assert (account.reserved, account.spent) == (0, 300_000)
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["event"] == "charge_lost"
    call.settle({"calls": 0.5})  # it was only slow
    dead.__exit__(None, None, None)
    account = read_account(harness.records, job_account("job-1"))
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
