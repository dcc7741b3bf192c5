"""Work that never ends, since its process is killed again and again, is a timeout; other failures are none."""

from functools import partial
from pathlib import Path
from threading import Event

import pytest

from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.queue import MAX_DELIVERIES, SqliteQueue
from sutradhar.backends.local.worker import Worker
from sutradhar.domain.core.errors import LeaseHeld, ProviderError
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import DispatchRender, Message, PlanRender
from sutradhar.domain.jobs.tallies import Tally
from sutradhar.pipeline.handle import MAX_WAIT, fail_job, handle, handle_dead_letter, note_failure
from sutradhar.pipeline.submit import submit
from sutradhar.ports.runner import ExecutionState
from tests.integration.local_pipeline import PLAN, LocalPipeline


def count_timeouts(pipeline: LocalPipeline) -> tuple[float, float]:
    """Return the counts of timeouts and of all failures of this system."""
    tallies = pipeline.services.tallies.read()
    failures = sum(n for t, n in tallies.items() if t.metric == "jobs_failed_total" and t.labels[1] == "system")
    return tallies.get(Tally("job_timeouts_total"), 0), failures


def test_a_job_whose_process_is_killed_again_and_again_is_a_timeout(pipeline: LocalPipeline, tmp_path: Path) -> None:
    job, _ = submit(pipeline.services, PLAN)
    for _ in range(MAX_DELIVERIES):
        registry = ProcessRegistry(tmp_path)
        assert SqliteQueue(pipeline.database, registry, pipeline.clock, tmp_path).take()
        registry.close()  # as the death of its process does
    ended = Event()

    def give_up(message: Message, exc: BaseException) -> None:
        fail_job(pipeline.services, message, exc)
        ended.set()

    worker = Worker(pipeline.queue, tmp_path, partial(handle, pipeline.services), give_up)
    worker.start()
    assert ended.wait(30)
    worker.stop()
    error = pipeline.job(job.id).error
    assert error
    assert (error.stage, error.is_timeout, error.is_user_error) == ("planning", True, False)
    assert f"died {MAX_DELIVERIES} times" in error.cause
    assert count_timeouts(pipeline) == (1, 1)


@pytest.mark.parametrize("finds_lease", [True, False])
def test_a_dead_letter_of_a_killed_function_is_a_timeout(pipeline: LocalPipeline, finds_lease: bool) -> None:
    job, _ = submit(pipeline.services, PLAN)
    message = PlanRender(job_id=job.id)
    if finds_lease:
        note_failure(pipeline.services, message, LeaseHeld("plan is being worked on"))
        pipeline.clock.advance(MAX_WAIT.total_seconds())
    for _ in range(2):
        handle_dead_letter(pipeline.services, message)
    assert count_timeouts(pipeline) == (1, 1)


def test_a_renderer_that_is_killed_again_and_again_is_a_timeout(pipeline: LocalPipeline) -> None:
    job = pipeline.start_rendering()
    (name,) = pipeline.renderers.running()
    pipeline.renderers.state[name] = ExecutionState.FAILED
    for _ in range(2):
        handle(pipeline.services, DispatchRender(job_id=job.id))
    assert pipeline.job(job.id).state is JobState.FAILED
    assert count_timeouts(pipeline) == (1, 1)


def test_the_failure_of_a_provider_is_no_timeout(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    message = PlanRender(job_id=job.id)
    note_failure(pipeline.services, message, ProviderError("no answer", provider="x", retryable=True))
    handle_dead_letter(pipeline.services, message)
    assert count_timeouts(pipeline) == (0, 1)
