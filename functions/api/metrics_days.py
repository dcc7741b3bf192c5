"""Show the jobs of each day by outcome, with their durations and their cost."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from functions.api.auth import caller
from functions.api.endpoint import endpoint
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen

if TYPE_CHECKING:
    from sutradhar.domain.jobs.day_tallies import DaySummary


class DaysQuery(Frozen):
    days: int = Field(default=30, ge=1, le=90)
    """The number of days up to today."""


class JobCounts(Frozen):
    """The events of some time; a job that fails, is retried and succeeds counts as one of each."""

    started: int
    succeeded: int
    failed: int
    canceled: int
    median_seconds: float | None
    """Seconds of work until a video was finished, at most a fifth off; null: no video was finished."""
    p95_seconds: float | None
    """19 of 20 finished videos took no longer."""
    cost_usd: float
    """The payments to providers."""

    @classmethod
    def describe(cls, summary: DaySummary) -> Self:
        return cls(**_list_fields(summary))


class DayCounts(JobCounts):
    day: date
    """In UTC."""


class DaysAnswer(Frozen):
    scope: Literal["own", "all"]
    """``own``: of the jobs of your key; an admin sees all."""
    days: tuple[DayCounts, ...]
    """The oldest first, also days without jobs."""
    total: JobCounts
    counted_since: date | None
    """If it is after the first of the days: the first day with a count. Earlier days may have jobs that an earlier
    version of this software did not count."""


@endpoint(answers={200: DaysAnswer})
def show_days(query: DaysQuery) -> tuple[DaysAnswer, int, dict[str, str]]:
    """Show the jobs of each of the last days: how many started and how they ended, how long they took, and what they
    cost. Each event is counted once, on the day on which it happened."""
    from sutradhar.pipeline.days import read_days

    who = caller()
    shown = read_days(bootstrap.backend(), who, query.days)
    answer = DaysAnswer(
        scope="own" if who and who.role != "admin" else "all",
        days=tuple(DayCounts(day=day, **_list_fields(summary)) for day, summary in shown.days.items()),
        total=JobCounts.describe(shown.total),
        counted_since=shown.counted_since,
    )
    return answer, 200, {"Cache-Control": "no-store"}


def _list_fields(summary: DaySummary) -> dict[str, int | float | None]:
    return {
        "started": summary.started,
        "succeeded": summary.succeeded,
        "failed": summary.failed,
        "canceled": summary.canceled,
        "median_seconds": None if summary.median_sec is None else round(summary.median_sec, 1),
        "p95_seconds": None if summary.p95_sec is None else round(summary.p95_sec, 1),
        "cost_usd": usd(summary.spent_micros),
    }
