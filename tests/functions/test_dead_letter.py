"""A message that comes too often fails its job with the last cause; one that is only late is sent again."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions import envelope
from sutradhar import bootstrap
from sutradhar.domain.core.errors import LeaseHeld
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import Message, PlanRender
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.handle import MAX_WAIT, handle, handle_dead_letter, note_failure
from sutradhar.pipeline.submit import submit
from tests.function_client import open_client


def push_message(client: FlaskClient, data: bytes, **attributes: str) -> int:
    """Post ``data`` as Pub/Sub pushes it, in its own envelope and with the topic in the path; return the status."""
    message = {"data": base64.b64encode(data).decode(), "attributes": attributes, "messageId": "7", "publishTime": "t"}
    body = {"message": message, "subscription": "projects/p/subscriptions/s", "deliveryAttempt": 3}
    return client.post("/projects/p/topics/t", json=body).status_code


def client(name: str) -> FlaskClient:
    return open_client(name)


@pytest.fixture
def job_id(home: Path) -> str:
    return submit(bootstrap.services(), RenderPlan(topic="tea"))[0].id


def read_events(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def test_a_pushed_message_is_understood(job_id: str) -> None:
    assert push_message(client("plan"), PlanRender(job_id=job_id).to_record().encode()) == 200
    assert bootstrap.backend().jobs.get(job_id).state is JobState.PRODUCING


def test_a_dead_letter_fails_its_job_with_the_cause_noted_last(job_id: str) -> None:
    message = PlanRender(job_id=job_id)
    note_failure(bootstrap.services(), message, RuntimeError("first"))
    note_failure(bootstrap.services(), message, RuntimeError("the planner's model is gone"))
    for _ in range(2):
        assert push_message(client("dead_letter"), message.to_record().encode()) == 200
    job = bootstrap.backend().jobs.get(job_id)
    assert job.state is JobState.FAILED
    assert job.error
    assert (job.error.stage, job.error.cause) == ("planning", "the planner's model is gone")


def test_a_failure_that_an_earlier_version_noted_is_read(job_id: str, home: Path) -> None:
    services, message = bootstrap.services(), PlanRender(job_id=job_id)
    note_failure(services, message, RuntimeError("another one"))
    (note,) = (home / "blobs").glob("jobs/*/failures/*.json")
    note.write_text(json.dumps({"kind": "RuntimeError", "cause": "the planner's model is gone", "advice": "wait"}))
    handle_dead_letter(services, message)
    error = services.jobs.get(job_id).error
    assert error
    assert (error.stage, error.cause) == ("planning", "the planner's model is gone")
    assert error.advice.startswith("wait")


@pytest.mark.parametrize("reports", [True, False])
def test_a_failure_is_noted_where_the_queue_does_not_report_it(
    job_id: str, reports: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    services, message = bootstrap.services(), PlanRender(job_id=job_id)

    def fail(*_: object) -> None:
        raise RuntimeError("the planner's model is gone")

    monkeypatch.setattr(type(services.bus), "reports_last_error", reports)
    monkeypatch.setattr("sutradhar.pipeline.handle.HANDLERS", {PlanRender: fail})
    with pytest.raises(RuntimeError, match="model is gone"):
        handle(services, message)
    assert len(read_events(capsys, "message_failed")) == (0 if reports else 1)
    handle_dead_letter(services, message)
    error = services.jobs.get(job_id).error
    assert error
    assert ("model is gone" in error.cause) is not reports


def test_a_dead_letter_without_a_word_says_so(job_id: str) -> None:
    handle_dead_letter(bootstrap.services(), PlanRender(job_id=job_id))
    error = bootstrap.backend().jobs.get(job_id).error
    assert error
    assert "never ended" in error.cause


def test_a_dead_letter_that_only_found_others_at_work_is_sent_again(
    job_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, services, sent = PlanRender(job_id=job_id), bootstrap.services(), list[Message]()
    note_failure(services, message, LeaseHeld("plan is being worked on"))
    monkeypatch.setattr(services.bus, "publish", sent.append)
    handle_dead_letter(services, message)
    assert sent == [message]
    assert services.jobs.get(job_id).state is JobState.PLANNING


def test_a_dead_letter_that_finds_others_at_work_for_too_long_fails_its_job(
    job_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is killed each time leaves its lease behind, and the next delivery meets only that lease."""
    message, services, sent = PlanRender(job_id=job_id), bootstrap.services(), list[Message]()
    note_failure(services, message, LeaseHeld("plan is being worked on"))
    monkeypatch.setattr(services.bus, "publish", sent.append)
    began = services.jobs.get(job_id).entered_at[JobState.PLANNING]
    monkeypatch.setattr(services.clock, "now", lambda: began + MAX_WAIT, raising=False)
    handle_dead_letter(services, message)
    job = services.jobs.get(job_id)
    assert (sent, job.state) == ([], JobState.FAILED)
    assert job.error
    assert "never ended" in job.error.cause


def test_an_unreadable_message_ends_in_the_log(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert push_message(client("plan"), b"\xff not ours") == 500  # comes again, and at last as a dead letter
    capsys.readouterr()
    assert push_message(client("dead_letter"), b"\xff not ours") == 200
    (line,) = read_events(capsys, "poison_message")
    assert line["severity"] == "ERROR"
    assert base64.b64encode(b"\xff not ours").decode() in line["event_data"]


def test_the_callers_request_id_goes_with_every_message(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = envelope.to_event(PlanRender(job_id="gone"), "plan", 1)
    data = event.get_data()
    assert data is not None
    assert "request_id" not in data["message"]["attributes"]
    api = client("api")
    events: list[Any] = []
    bus = bootstrap.services().bus
    publish = bus.publish
    bus.publish = lambda message: events.append(envelope.to_event(message, "t", 1)) or publish(message)  # type: ignore
    api.post("/render", json={"topic": "tea"}, headers={"X-Request-Id": "abc-1"})
    assert events[0].get_data()["message"]["attributes"]["request_id"] == "abc-1"
