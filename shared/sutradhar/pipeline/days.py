"""Read what happened on each of the last days: jobs by outcome, their durations, and their cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.jobs.day_tallies import EVERYONE, DaySummary, add_counts, summarize_counts
from sutradhar.ports.backend import Backend

MAX_DAYS = 90
_LOOK_BACK = timedelta(days=31)
"""The days before the range in which the store looks for counts: if there are some, counting began before the range."""


@dataclass(frozen=True)
class DayRange:
    """The days, the oldest first, also those on which nothing happened."""

    days: Mapping[date, DaySummary]
    total: DaySummary
    counted_since: date | None
    """The first day with a count, if it is after the first of ``days``; days before it may have jobs that an earlier
    version did not count."""


def read_days(backend: Backend, caller: ApiKey | None, count: int) -> DayRange:
    """Return the last ``count`` days up to today (UTC): of the caller's own jobs, for an admin of all.

    Raises:
        BackendError: the store cannot be reached.
    """
    owner = EVERYONE if caller is None or caller.role == "admin" else caller.id
    last = backend.clock.now().astimezone(UTC).date()
    first = last - timedelta(days=count - 1)
    stored = backend.day_tallies.read(owner, first - _LOOK_BACK, last)
    counts = {day: stored.get(day, {}) for day in (first + timedelta(days=number) for number in range(count))}
    began = min(stored, default=None)
    return DayRange(
        days={day: summarize_counts(one) for day, one in counts.items()},
        total=summarize_counts(add_counts(counts.values())),
        counted_since=began if began and began > first else None,
    )
