"""The log: our lines and those of libraries, as JSON objects."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from sutradhar import telemetry


@pytest.fixture(autouse=True)
def on_stderr() -> None:
    """Undo what a command in an earlier test may have set."""
    telemetry.write_to(None)


@pytest.fixture
def library() -> Iterator[logging.Logger]:
    telemetry.configure("debug")
    logger = logging.getLogger("google.cloud.pubsub")
    yield logger
    logger.setLevel(logging.NOTSET)


def read_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_warning_of_a_library_is_a_line_of_ours(library: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    with telemetry.bind_fields(job_id="job-1"):
        library.warning("retrying %s in %d s", "publish", 2)
    (line,) = read_lines(capsys)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "severity": "WARNING",
        "event": "library_message",
        "logger": "google.cloud.pubsub",
        "message": "retrying publish in 2 s",
        "job_id": "job-1",
    }


def test_an_error_of_a_library_keeps_its_stack_trace(
    library: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        raise ValueError("no channel")
    except ValueError:
        library.exception("closed")
    (line,) = read_lines(capsys)
    assert (line["severity"], line["error"]) == ("ERROR", "no channel")
    assert "in test_an_error_of_a_library_keeps_its_stack_trace" in line["stack_trace"]


def test_requests_that_a_library_reports_are_not_written(
    library: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    library.setLevel(logging.DEBUG)
    library.debug("GET / authorization: secret")
    library.info("GET /")
    assert read_lines(capsys) == []


def test_a_line_of_a_library_that_cannot_be_formatted_stops_nothing(
    library: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    library.warning("%d retries", "many")


def test_our_line_may_have_fields_of_any_name(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.log("job_moved", name="a", message="b", args=(1,), exc=KeyError("x"))
    (line,) = read_lines(capsys)
    assert (line["event"], line["name"], line["message"], line["args"]) == ("job_moved", "a", "b", [1])
    assert (line["severity"], line["error"]) == ("INFO", "'x'")


def test_google_clients_stay_connected_to_the_log(
    library: logging.Logger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first client that a process makes may configure the logger of Google's libraries."""
    from google.api_core import client_logging

    monkeypatch.setattr(client_logging, "_LOGGING_INITIALIZED", False)
    client_logging.initialize_logging()
    library.warning("closed")
    (line,) = read_lines(capsys)
    assert line["message"] == "closed"
