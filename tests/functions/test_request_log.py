"""The log of requests: one line each, with ids that follow a job to the worker, and without secrets."""

import json
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap, telemetry
from sutradhar.domain.jobs.messages import Message
from sutradhar.pipeline import api_keys
from tests.conftest import forget

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(autouse=True)
def on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.write_to(None)
    capsys.readouterr()


def read_lines(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if line["event"] == event]


def test_each_request_is_one_line(api: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    _, secret = api_keys.create(bootstrap.backend().records, bootstrap.backend().clock, "studio")
    api.get("/api/render/job-1/status?token=SECRETVALUE", headers={"X-API-Key": secret, "X-Request-Id": "abc-1"})
    text = capsys.readouterr().err
    (line,) = [line for line in map(json.loads, text.splitlines()) if line["event"] == "request"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/render/job-1/status", 404)
    assert (line["endpoint"], line["component"], line["severity"]) == ("/render/<job_id>/status", "api", "INFO")
    assert (line["request_id"], line["bytes"] > 0, line["duration_ms"] >= 0) == ("abc-1", True, True)
    assert line["caller"]
    assert secret not in text
    assert "SECRETVALUE" not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"),
        ("X-Cloud-Trace-Context", f"{TRACE}/123;o=1"),
        ("X-Cloud-Trace-Context", TRACE.upper()),
    ],
)
def test_the_trace_is_in_the_form_of_cloud_logging(
    api: FlaskClient, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    bootstrap.settings()
    telemetry.configure("debug", project="demo")
    api.get("/healthz", headers={name: value})
    (line,) = read_lines(capsys, "request")
    assert line["logging.googleapis.com/trace"] == f"projects/demo/traces/{TRACE}"
    assert line["severity"] == "DEBUG"  # a probe


@pytest.mark.parametrize("value", ["", "00-x", f"00-{'0' * 32}-1-01", "abc/1\x1b[31m", f"{TRACE}0/1"])
def test_a_wrong_trace_is_left_out(api: FlaskClient, capsys: pytest.CaptureFixture[str], value: str) -> None:
    api.get("/healthz", headers={"traceparent": value, "X-Cloud-Trace-Context": value})
    (line,) = read_lines(capsys, "request")
    assert "trace" not in line


def test_the_ids_follow_a_job_to_the_worker(api: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    headers = {"X-Request-Id": "abc-1", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    job_id = api.post("/render", json={"topic": "tea"}, headers=headers).get_json()["job_id"]
    is_handled = threading.Event()

    def handle(_message: Message) -> None:
        telemetry.log("handled")
        is_handled.set()

    backend = bootstrap.backend()
    worker = backend.create_worker(handle, lambda _message, _error: None)
    worker.start()
    assert is_handled.wait(20)
    worker.stop()
    (line,) = read_lines(capsys, "handled")
    assert (line["request_id"], line["trace"], line["job_id"]) == ("abc-1", TRACE, job_id)
    assert (line["component"], line["message_type"]) == ("worker", "PlanRender")


def test_a_providers_key_is_hidden_after_the_settings_are_read(
    home: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key-of-another-form-0815")
    forget()
    bootstrap.settings()
    telemetry.log("x", error="openai does not take a-key-of-another-form-0815")
    assert "0815" not in capsys.readouterr().err
