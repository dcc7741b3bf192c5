"""Count the jobs of each day (UTC) for each owner: how many, how long they took, and what they cost.

A store adds a change to the counts of its owner and to those of everyone, in the write that makes the event. So each
event counts once, and reading some days takes the same time however many jobs there are.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sutradhar.domain.jobs.job import Job, JobState

EVERYONE = "*"
"""The owner under whose name the counts of all owners are kept; no API key has this id."""
_RATIO = math.sqrt(2)
"""The upper limit of a bucket of durations by that of the bucket before, so a quantile is off by a fifth at most."""
_MAX_BUCKET = 34
"""Its upper limit is 36 hours."""
_ENDS = {JobState.SUCCEEDED: "succeeded", JobState.FAILED: "failed", JobState.CANCELLED: "canceled"}

Counts = Mapping[str, float]
"""The totals of a day: ``started``, ``succeeded``, ``failed``, ``canceled``, ``spent`` in millionths of a US dollar,
and by bucket the finished videos: ``took 7``."""


@dataclass(frozen=True)
class DayChange:
    """An event adds these counts to those of its day and owner."""

    day: date
    owner: str
    counts: Counts


@dataclass(frozen=True)
class DaySummary:
    """The jobs of one day, or of several together."""

    started: int
    succeeded: int
    failed: int
    """Failures; a job that is retried may fail again."""
    canceled: int
    median_sec: float | None
    """Seconds of work of a finished video, estimated from buckets; None: no video was finished."""
    p95_sec: float | None
    spent_micros: int
    """Payments to providers, in millionths of a US dollar."""


def tally_start(job: Job) -> DayChange:
    """Return what a new job adds."""
    return DayChange(_find_day(job.created_at), job.owner, {"started": 1})


def tally_end(before: Job, after: Job) -> DayChange | None:
    """Return what a write adds: the end of the job, if this is it."""
    name = _ENDS.get(after.state)
    if name is None or after.state is before.state:
        return None
    took = {_name_bucket(after.active_sec): 1} if after.state is JobState.SUCCEEDED else {}
    return DayChange(_find_day(after.updated_at), after.owner, {name: 1, **took})


def tally_payment(owner: str, micros: int, now: datetime) -> DayChange | None:
    """Return what a payment for a job of ``owner`` adds; ``micros``: below 0, a payment turned out smaller."""
    return DayChange(_find_day(now), owner, {"spent": micros}) if micros else None


def add_counts(days: Iterable[Counts]) -> Counts:
    """Return the counts of several days together."""
    total: Counter[str] = Counter()
    for counts in days:
        for name, count in counts.items():
            total[name] += count  # type: ignore[assignment] # a Counter of floats
    return total


def summarize_counts(counts: Counts) -> DaySummary:
    """Return the counts as a person reads them."""
    buckets = {int(name.split()[1]): count for name, count in counts.items() if name.startswith("took ")}
    return DaySummary(
        started=int(counts.get("started", 0)),
        succeeded=int(counts.get("succeeded", 0)),
        failed=int(counts.get("failed", 0)),
        canceled=int(counts.get("canceled", 0)),
        median_sec=_estimate_quantile(buckets, 0.5),
        p95_sec=_estimate_quantile(buckets, 0.95),
        spent_micros=int(counts.get("spent", 0)),
    )


def _estimate_quantile(buckets: Mapping[int, float], share: float) -> float | None:
    """Return the value that ``share`` of the durations do not exceed.

    Inside a bucket the values are taken as spread evenly on a logarithmic scale, as Prometheus does for its native
    histograms (prometheus.io/docs/prometheus/latest/querying/functions, histogram_quantile).
    """
    rank, below = share * sum(buckets.values()), 0.0
    for bucket, count in sorted(buckets.items()):
        if below + count >= rank and count > 0:
            return float(_RATIO ** (bucket - 1 + (rank - below) / count))
        below += count
    return None


def _name_bucket(seconds: float) -> str:
    """Return the name of the bucket of a duration; bucket 0 ends at 1 s."""
    bucket = math.ceil(math.log(max(seconds, 1.0), _RATIO) - 1e-9)
    return f"took {min(bucket, _MAX_BUCKET)}"


def _find_day(time: datetime) -> date:
    return time.astimezone(UTC).date()
