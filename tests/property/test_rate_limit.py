"""The limit of calls of one caller, whatever the order in which instances count calls and windows end."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.core.errors import BackendError
from sutradhar.domain.core.rate_window import RateWindow
from sutradhar.pipeline.rate_limit import Allowance, RateLimiter
from sutradhar.ports.records import Count, KeyValueStore, Values
from tests.fakes import FakeClock

CALLER = "key-1"
EXACT = 40
"""The calls of a window up to which a limit is exact."""


class Records(KeyValueStore):
    """A store in memory that counts its updates, and that may hold one up or fail."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.updates = 0
        self.before_update: Callable[[], object] = lambda: None

    def read(self, names: Iterable[str]) -> Values:
        return {name: self.values[name] for name in names if name in self.values}

    def update(self, names: Iterable[str], change: Callable[[Values], Values], count: Count | None = None) -> Values:
        self.updates += 1
        self.before_update()
        self.values.update(change(self.read(names)))
        return self.read(names)

    def list_names(self, prefix: str, limit: int = 100) -> Sequence[str]:
        return sorted(name for name in self.values if name.startswith(prefix))[:limit]

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            self.values.pop(name, None)

    @property
    def window(self) -> RateWindow:
        return RateWindow.from_record(self.values[f"rate/{CALLER}"])


calls_and_pauses = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([1, 1, 3, 17, 60]), st.sampled_from([0.0, 0.0, 0.0, 7.0, 61.0])),
    max_size=40,
)
"""An instance, the calls that it gets in a row, and the seconds after them."""


@given(limit=st.sampled_from([1, 5, 10, 39, 100, 1_000]), steps=calls_and_pauses)
def test_no_window_accepts_a_call_too_many_and_few_calls_are_lost(
    limit: int, steps: list[tuple[int, int, float]]
) -> None:
    records, clock = Records(), FakeClock()
    instances = [RateLimiter(records, clock, limit) for _ in range(4)]
    accepted: Counter[tuple[datetime, int]] = Counter()
    for number, calls, seconds in steps:
        for _ in range(calls):
            allowance = instances[number].count_call(CALLER)
            started_at = records.window.started_at
            in_window = sum(count for (start, _), count in accepted.items() if start == started_at)
            if allowance.is_refused:
                # the others hold at most as many as they have used
                held = sum(accepted[started_at, other] for other in range(4) if other != number)
                assert in_window == limit if limit < EXACT else in_window + held >= limit - EXACT
            else:
                accepted[started_at, number] += 1
                assert in_window < limit
            assert 0 <= allowance.left < limit or allowance.is_refused
        clock.advance(seconds)


def test_one_caller_with_a_large_limit_costs_few_writes() -> None:
    records = Records()
    instances = [RateLimiter(records, FakeClock(), 6_000) for _ in range(5)]
    answers = [instances[number % 5].count_call(CALLER) for number in range(7_000)]
    accepted = sum(not answer.is_refused for answer in answers)
    assert accepted == 6_000  # the instances are used alike, so nothing is left with one of them
    assert records.updates < 200


def count_calls_at_once(records: Records, limiter: RateLimiter, failure: BackendError | None = None) -> list[object]:
    """Count a call, and 19 more that begin while the store is asked for it. Return allowances and errors.

    ``failure``: the store's answer to the first question.
    """
    others: list[Future[object]] = []

    def count_call() -> object:
        try:
            return limiter.count_call(CALLER)
        except BackendError as exc:
            return str(exc)

    def start_others() -> None:
        records.before_update = lambda: None
        others.extend(pool.submit(count_call) for _ in range(19))
        while limiter._shares[CALLER].waiting < 20:
            time.sleep(0.001)  # a thread that waits for a lock gives no signal
        if failure:
            raise failure

    records.before_update = start_others
    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(count_call).result()
        return [first, *(other.result() for other in others)]


@pytest.mark.parametrize(("limit", "left"), [(30, range(10, 30)), (12, range(12))])
def test_calls_that_wait_together_are_one_write(limit: int, left: range) -> None:
    records = Records()
    outcomes = count_calls_at_once(records, RateLimiter(records, FakeClock(), limit))
    accepted = [one.left for one in outcomes if isinstance(one, Allowance) and not one.is_refused]
    assert (sorted(accepted), len(outcomes)) == (list(left), 20)
    assert records.updates == 1


def test_calls_that_wait_for_a_store_that_fails_fail_together() -> None:
    records = Records()
    limiter = RateLimiter(records, FakeClock(), 10)
    outcomes = count_calls_at_once(records, limiter, BackendError("no disk", retryable=True))
    assert (outcomes, records.updates) == (["no disk"] * 20, 1)
    assert limiter.count_call(CALLER).left == 9
