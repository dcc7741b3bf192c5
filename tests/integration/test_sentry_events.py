"""A job that fails is one event of Sentry, however many tries and processes log its failure."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from functions import envelope
from sutradhar import telemetry
from sutradhar.backends.local.queue import MAX_FAILURES
from sutradhar.backends.local.worker import Worker
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import Message, PlanRender, RenderFinished
from sutradhar.pipeline.handle import fail_job, handle
from sutradhar.pipeline.submit import submit
from tests.integration.local_pipeline import PLAN, LocalPipeline
from tests.integration.test_observers import Receiver, list_events, receive, report_to_sentry

SECRET = "a-key-of-acme-0815"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    telemetry.configure("debug", {"ACME_API_KEY": SECRET})
    with receive() as one:
        yield one
        assert SECRET.encode() not in b"".join(body for _, body in one.bodies)
    telemetry.configure("debug")


def check_event(receiver: Receiver, job_id: str, stage: str) -> dict[str, Any]:
    (event,) = list_events(receiver)
    assert (event["tags"]["job_id"], event["tags"]["error_stage"]) == (job_id, stage)
    return event


def test_a_message_that_fails_again_and_again_is_one_event(
    pipeline: LocalPipeline, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sutradhar.backends.local.queue.backoff_sec", lambda _failures: 0.0)
    job, _ = submit(pipeline.services, PLAN)
    tries: list[Message] = []
    ended = Event()

    def fail(message: Message) -> None:
        tries.append(message)
        raise RuntimeError(f"no answer for {SECRET}")

    def give_up(message: Message, exc: BaseException) -> None:
        fail_job(pipeline.services, message, exc)
        ended.set()

    with report_to_sentry(receiver):
        worker = Worker(pipeline.queue, tmp_path, fail, give_up)
        worker.start()
        assert ended.wait(30)
        worker.stop()
    assert len(tries) == MAX_FAILURES
    event = check_event(receiver, job.id, "planning")
    (error,) = event["exception"]["values"]
    assert error["type"] == "RuntimeError"
    assert any(frame["function"] == "fail" for frame in error["stacktrace"]["frames"])


def test_an_error_that_no_repeat_mends_is_one_event(
    pipeline: LocalPipeline, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = submit(pipeline.services, PLAN)
    error = ProviderError(f"the key {SECRET} is wrong", provider="acme", retryable=False, fault="key")
    monkeypatch.setattr(pipeline.providers, "plan", partial(_raise, error))
    with report_to_sentry(receiver):
        for _ in range(3):
            handle(pipeline.services, PlanRender(job_id=job.id))
    assert check_event(receiver, job.id, "planning")["exception"]["values"][0]["type"] == "ProviderError"


def test_a_dead_letter_is_one_event(
    pipeline: LocalPipeline, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = submit(pipeline.services, PLAN)
    monkeypatch.setattr("sutradhar.bootstrap.services", lambda: pipeline.services)
    event = envelope.to_event(PlanRender(job_id=job.id), "plan", 1)
    with report_to_sentry(receiver):
        for _ in range(3):
            envelope.handle_dead_event(event)
    check_event(receiver, job.id, "planning")


def test_a_renderer_that_fails_is_one_event(pipeline: LocalPipeline, receiver: Receiver) -> None:
    job = pipeline.start_rendering()
    failure = FailureDetail(stage="picture", cause=f"a bad picture {SECRET}")
    with report_to_sentry(receiver):
        with telemetry.bind_fields(component="renderer", job_id=job.id):
            telemetry.log("render_failed", level="error", exc=RuntimeError(SECRET), stage="picture")
        message = RenderFinished(job_id=job.id, render_id=job.render_id, error=failure)
        for _ in range(2):
            handle(pipeline.services, message)
    assert pipeline.job(job.id).state is JobState.FAILED
    check_event(receiver, job.id, "picture")


def test_a_message_on_which_no_job_depends_is_still_an_event(receiver: Receiver) -> None:
    with report_to_sentry(receiver):
        telemetry.log("message_failed", level="error", message_type="DeliverWebhook", exc=RuntimeError("x"))
        telemetry.log("poison_message", level="error", component="dead_letter")
    assert len(list_events(receiver)) == 2


def _raise(error: Exception, *_arguments: object) -> None:
    raise error
