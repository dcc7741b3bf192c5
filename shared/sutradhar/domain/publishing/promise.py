"""Judge each publication once for the publishing objective (docs/objectives.md): could its video be seen in time?"""

from datetime import datetime, timedelta
from typing import Literal

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.jobs.tallies import Tallies, Tally, tally_day
from sutradhar.domain.publishing.failures import QUOTA, PublicationFailure, Reason

Outcome = Literal["in_time", "missed", "excused"]

IN_TIME = timedelta(minutes=5)
"""The time after ``publish_at`` within which a video shall become visible. A killed worker keeps its claim for 3
minutes, the next tick comes within 1 more, and its worker starts within 1: so one death of a worker misses nothing."""
PREPARATION = timedelta(hours=1)
"""The time for an upload that could not begin earlier, since the order or the end of the job came late. In an hour, 3.6
GB are sent at the rate of 1 MB a second, which a first upload is expected to have."""
EXCUSED: frozenset[Reason] = QUOTA | {
    "rejected",
    "video_too_large",
    "duplicate",
    "not_found",
    "job_failed",
    "slot_missed",
}
"""Failures for these reasons count as neither good nor bad: the quota is Google's, the owner can mend the words, the
video and the channel, and a job that fails or ends late counts against the objective of jobs."""


_MISSED: tuple[str, ...] = ("network", "token_invalid", "late")


class Verdict(Frozen):
    """The outcome of the promise that the video can be seen at its time. ``reason``: empty: there is none."""

    outcome: Outcome
    reason: Reason | Literal["", "late"] = ""
    at: datetime


def compute_deadline(publish_at: datetime, ready_at: datetime) -> datetime:
    """Return the time at which the video should be seen.

    Args:
        ready_at: the last time at which the publication lacked something that is not its workers' part: the order, the
            choice of its time, or the end of its job.
    """
    return max(publish_at, ready_at + PREPARATION) + IN_TIME


def judge_delay(excuse: Reason | None, failure: PublicationFailure | None, now: datetime) -> Verdict:
    """Return the verdict on a video that cannot be seen at its deadline.

    Args:
        excuse: the quota that held the upload up; None: none did.
        failure: the last failure.
    """
    if excuse:
        return Verdict(outcome="excused", reason=excuse, at=now)
    return Verdict(outcome="missed", reason=failure.reason if failure else "late", at=now)


def judge_failure(reason: Reason, now: datetime) -> Verdict:
    """Return the verdict on a publication that has failed for ``reason``."""
    return Verdict(outcome="excused" if reason in EXCUSED else "missed", reason=reason, at=now)


def list_outcomes() -> list[tuple[str, str]]:
    """Return the outcome and the reason, as the counts name them, of every verdict that is to be expected."""
    missed, excused = [("missed", reason) for reason in _MISSED], [("excused", reason) for reason in sorted(EXCUSED)]
    return [("in_time", "none"), *missed, *excused]


def tally_verdict(destination: str, before: Verdict | None, after: Verdict | None) -> Tallies:
    """Return what a write that changes the verdict from ``before`` to ``after`` adds to the counts. A publication that
    is retried, or gets another time, is a new promise and counts again."""
    if after is None or after == before:
        return {}
    tallies: dict[Tally, float] = {
        Tally("publications_due_total", (destination, after.outcome, after.reason or "none")): 1
    }
    if after.outcome != "excused":
        tallies[tally_day("publishing", after.at, is_good=after.outcome == "in_time")] = 1
    return tallies
