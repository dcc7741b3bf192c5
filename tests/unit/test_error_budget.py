"""The rest of an error budget is the share of the failures that the objective still allows in 30 days."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.api.operations_models import BudgetLeft
from sutradhar.domain.jobs.tallies import Tally, tally_day
from sutradhar.pipeline.operations import BUDGET_DAYS, OBJECTIVES, Load, Operations

NOW = datetime(2026, 11, 27, 23, 59, tzinfo=UTC)
DAYS = st.dictionaries(st.integers(0, 40), st.tuples(st.integers(0, 10_000), st.integers(0, 200)), max_size=12)
"""The numbers of successes and of failures, by the days that have passed since."""


def make_operations(days: Mapping[int, tuple[int, int]], now: datetime = NOW) -> Operations:
    tallies: dict[Tally, float] = {Tally("jobs_by_day_of_another_metric", ("2026-11-27", "bad")): 7.0}
    for ago, counts in days.items():
        for is_good, count in zip((True, False), counts, strict=True):
            tallies[tally_day("jobs", now - timedelta(days=ago), is_good=is_good)] = float(count)
            tallies[tally_day("api", now - timedelta(days=ago), is_good=is_good)] = 1.0
    return Operations(Load(0, 0, None), {}, tallies, (), now)


@given(DAYS)
@example({0: (199, 1)})
@example({29: (100, 1), 30: (0, 200)})
@example({})
def test_the_budget_is_that_of_thirty_days(days: Mapping[int, tuple[int, int]]) -> None:
    budget = make_operations(days).sum_budget("jobs")
    good = sum(counts[0] for ago, counts in days.items() if ago < BUDGET_DAYS)
    bad = sum(counts[1] for ago, counts in days.items() if ago < BUDGET_DAYS)
    assert (budget.objective, budget.good, budget.bad) == (0.995, good, bad)
    # exact arithmetic: of 1,000 jobs 5 may fail, and each failure spends its part of them
    exact = 1 - Fraction(bad * 1000, 5 * (good + bad)) if bad else Fraction(1)
    assert BudgetLeft.describe(budget).left == pytest.approx(float(exact), abs=0.0001)
    succeeds = good + bad == 0 or Fraction(good, good + bad) >= Fraction(995, 1000)
    assert (BudgetLeft.describe(budget).left >= 0) == succeeds


@given(DAYS, st.integers(1, 500))
def test_a_failure_never_adds_to_what_is_left_and_a_success_never_takes_of_it(
    days: Mapping[int, tuple[int, int]], more: int
) -> None:
    good, bad = days.get(0, (0, 0))
    left = make_operations(days).sum_budget("jobs").share_left
    after = make_operations({**days, 0: (good, bad + more)}).sum_budget("jobs").share_left
    has_success = any(counts[0] for ago, counts in days.items() if ago < BUDGET_DAYS)
    # without a success, all jobs have failed already
    assert (
        after < left
        if has_success or not make_operations(days).sum_budget("jobs").bad
        else after == pytest.approx(left)
    )
    assert make_operations({**days, 0: (good + more, bad)}).sum_budget("jobs").share_left >= left


def test_the_whole_budget_and_none_of_it() -> None:
    assert make_operations({0: (1000, 0)}).sum_budget("jobs").share_left == 1
    assert BudgetLeft.describe(make_operations({0: (995, 5)}).sum_budget("jobs")).left == 0
    assert BudgetLeft.describe(make_operations({0: (990, 10)}).sum_budget("jobs")).left == -1
    assert OBJECTIVES == {"api": 0.999, "jobs": 0.995, "publishing": 0.99}


def test_a_day_is_one_of_utc() -> None:
    late = datetime.fromisoformat("2026-11-27T00:30:00+05:30")  # the 26th in UTC
    assert tally_day("jobs", late, is_good=True).labels[0] == str(date(2026, 11, 26))
    days = {29: (1, 0)}
    assert make_operations(days, late).sum_budget("jobs").good == 1
