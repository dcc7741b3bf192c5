"""The events of a job that are not stored for its webhook yet, also in records of earlier versions."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sutradhar.domain.core.record import STORED
from sutradhar.domain.jobs.job import Job, JobState, StateEvent
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.domain.plan.plan import RenderPlan

NOW = datetime(2026, 11, 27, tzinfo=UTC)
ERROR = JobFailure(stage="plan", cause="no planner")
JOB = Job.new("job-1", RenderPlan(topic="tea"), "hash", NOW)
FAILED = JOB.fail(ERROR, NOW)[0]


def read_version_6(job: Job, **fields: Any) -> Job:
    """Return the job as it is read from a record of version 6 with ``fields``."""
    stored = json.loads(job.to_record())
    del stored["unannounced"]
    return Job.from_record(json.dumps({**stored, "schema": 6, **fields}))


def test_failures_at_the_same_moment_are_two_events() -> None:
    job = JOB.evolve(webhook=Webhook(url="https://x.example/"))
    for version in (1, 2):
        job = job.fail(ERROR, NOW)[0].retry(NOW)[0].evolve(version=version)
    assert job.unannounced == tuple(
        StateEvent(state=JobState.FAILED, at=NOW, version=version, error=ERROR) for version in (0, 1)
    )
    assert job.record_announcement(job.unannounced[:1], NOW)[0].unannounced == job.unannounced[1:]


def test_without_a_webhook_the_last_state_is_kept_until_the_job_leaves_it() -> None:
    assert [event.state for event in FAILED.unannounced] == [JobState.FAILED]
    assert FAILED.retry(NOW)[0].unannounced == ()
    assert FAILED.is_settled


@pytest.mark.parametrize("later", [0, 5])
def test_a_retried_job_of_version_6_keeps_the_failure_that_it_has_not_announced(later: int) -> None:
    retried = FAILED.retry(NOW + timedelta(seconds=later))[0]
    error = ERROR.model_dump(mode="json", context=STORED)
    read = read_version_6(retried, announced_at=None, unannounced_error=error)
    assert read.unannounced == (StateEvent(state=JobState.FAILED, at=NOW, error=ERROR),)


def test_the_end_of_a_job_of_version_6_is_announced_if_it_was_not() -> None:
    at = json.loads(FAILED.to_record())["entered_at"]["FAILED"]
    assert read_version_6(FAILED, announced_at=None, unannounced_error=None) == FAILED
    assert read_version_6(FAILED, announced_at=at, unannounced_error=None) == FAILED.evolve(unannounced=())
    assert read_version_6(JOB, announced_at=None, unannounced_error=None) == JOB
