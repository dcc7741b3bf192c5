"""Thirty days on one channel: no quota is overrun, and a video comes late only where the days were full before it."""

import logging
from collections.abc import Iterator
from datetime import date

import pytest

from sutradhar.pipeline.publishing import choice
from tests.month.month import Month
from tests.month.oracle import Oracle
from tests.month.owners import COUNTS, draw_month


@pytest.fixture(autouse=True)
def keep_log_quiet() -> Iterator[None]:
    """Writing 30,000 lines of the log would take a tenth of the time."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def play(seed: int, first: date, counts: list[int]) -> Oracle:
    month = Month(seed, draw_month(seed, first, counts))
    month.play()
    return Oracle(month)


def test_thirty_days_with_the_end_of_daylight_saving() -> None:
    oracle = play(1, date(2026, 10, 18), COUNTS)
    assert oracle.list_problems() == []
    ends = oracle.count_ends()
    assert ends["in time"] > 1_900
    assert ends["late"] > 100, "the month must have days that are too full"
    assert ends["never"] > 0, "and a day after a day that are too full together"


def test_the_oracle_sees_a_wrong_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads that come first get the quota first."""
    monkeypatch.setattr(choice, "choose_uploads", lambda due, _later, left: (due[:left], due[left:]))
    problems = play(1, date(2027, 3, 13), [140, 70]).list_problems()
    assert any(" others" in problem for problem in problems), problems
