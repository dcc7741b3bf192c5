"""Count the events of jobs for the metrics.

A store adds these counts in the write that makes the event, so each event counts once, however many instances work on
the job and however often its messages come. A count never decreases.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.limits import estimate_video_sec

JOB_BUCKETS = (30, 60, 120, 180, 300, 480, 600, 900, 1500, 1800, 2700, 5400)
"""Upper limits in seconds of the buckets of job_duration_seconds. All objectives of docs/objectives.md, p95 and p99,
are among them, so that the share of jobs in time is exact."""
STEP_BUCKETS = (1, 5, 10, 30, 60, 120, 300, 600, 1200, 2700)
"""Upper limits in seconds of the buckets of step_duration_seconds."""
LENGTHS = ((30, "30s"), (60, "60s"), (300, "5min"), (600, "10min"))
"""Upper limits in seconds of the classes of requested lengths, and their labels."""
_STEPS = {JobState.PLANNING: "plan", JobState.PRODUCING: "produce", JobState.RENDERING: "render"}
_RENDER_STAGES = ("sound", "join", "gate")
"""Stages of a render that are steps of their own in the metrics."""
_MAX_LABEL_CHARS = 40


class Tally(NamedTuple):
    """A count: the name of its metric, and the values of its labels in the order of ``domain/jobs/metrics.py``."""

    metric: str
    labels: tuple[str, ...] = ()

    def to_key(self) -> str:
        """Return the name under which a store keeps the count."""
        return json.dumps([self.metric, *(label[:_MAX_LABEL_CHARS] for label in self.labels)], ensure_ascii=False)

    @classmethod
    def parse(cls, key: str) -> "Tally":
        metric, *labels = json.loads(key)
        return cls(metric, tuple(labels))


Tallies = Mapping[Tally, float]


def tally_duration(metric: str, labels: tuple[str, ...], seconds: float, buckets: tuple[float, ...]) -> Tallies:
    """Return the counts of one duration in a histogram: its bucket and the sum. The last label of a bucket is its upper
    limit in seconds; it does not contain the buckets below it."""
    limit = next((f"{upper:g}" for upper in buckets if seconds <= upper), "+Inf")
    return {
        Tally(f"{metric}_bucket", (*labels, limit)): 1,
        Tally(f"{metric}_sum", labels): round(max(seconds, 0.0), 6),
    }


def tally_change(before: Job, after: Job) -> Tallies:
    """Return what a write adds to the counts: the time in the state that the job leaves, and its end."""
    if after.state is before.state:
        return {}
    tallies: dict[Tally, float] = {}
    if (step := _STEPS.get(before.state)) and after.state not in (JobState.CANCELLED, JobState.FAILED):
        seconds = (after.updated_at - before.entered_at[before.state]).total_seconds()
        tallies |= tally_duration("step_duration_seconds", (step,), seconds, STEP_BUCKETS)
    if after.state is JobState.SUCCEEDED:
        labels = (name_length(after), after.requested_plan.render.mode)
        tallies |= tally_duration("job_duration_seconds", labels, after.active_sec, JOB_BUCKETS)
        tallies |= _tally_render(after)
    if after.state is JobState.FAILED and after.error:
        cause = "user" if after.error.is_user_error else "system"
        tallies[Tally("jobs_failed_total", (after.error.stage, cause))] = 1
        if after.error.is_timeout:
            tallies[Tally("job_timeouts_total")] = 1
    if after.state in (JobState.SUCCEEDED, JobState.FAILED) and not (after.error and after.error.is_user_error):
        tallies[tally_day("jobs", after.updated_at, is_good=after.state is JobState.SUCCEEDED)] = 1
    return tallies


def _tally_render(job: Job) -> Tallies:
    """Return the counts of the render itself: its encoder, and the seconds of its stages."""
    if job.result is None or not job.result.encoder:
        return {}
    tallies: dict[Tally, float] = {Tally("renders_total", (job.result.encoder,)): 1}
    for stage in _RENDER_STAGES:
        if (seconds := job.result.render_timings.get(stage)) is not None:
            tallies |= tally_duration("step_duration_seconds", (f"render.{stage}",), seconds, STEP_BUCKETS)
    return tallies


def count_changes(before: Job | None, after: Job) -> Mapping[JobState, int]:
    """Return by how much a write changes the number of jobs in each state. A job counts once in each state that it ever
    entered, but in FAILED only until it is retried. ``before`` is None for a new job."""
    if before is None:
        return {after.state: 1}
    if after.state is before.state:
        return {}
    if before.state is JobState.FAILED:
        return {JobState.FAILED: -1}
    if after.state is not JobState.FAILED and after.state in before.entered_at:
        return {}  # after an approval it is produced again
    return {after.state: 1}


def tally_day(objective: str, now: datetime, *, is_good: bool) -> Tally:
    """Return the count of what went well, or did not, on a day (UTC). A year of them takes 40 KB."""
    return Tally(f"{objective}_by_day", (f"{now.astimezone(UTC):%Y-%m-%d}", "good" if is_good else "bad"))


def estimate_requested_sec(job: Job) -> float:
    """Return the length in seconds that the caller asked for. Scenes of the caller tell it, but the length of a clip
    may be known at the end only."""
    is_exact = job.result is not None and job.requested_plan.scenes
    return job.result.duration_sec if job.result and is_exact else estimate_video_sec(job.current_plan)


def name_length(job: Job) -> str:
    """Return the class of the requested length, by which the objectives differ."""
    seconds = round(estimate_requested_sec(job))
    return next((name for upper, name in LENGTHS if seconds <= upper), "longer")
