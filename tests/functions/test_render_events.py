"""The status of a job as server-sent events."""

import json
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.api import events
from sutradhar import bootstrap
from tests.functions.test_api import finish, submit


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "POLL_SEC", 0.01)


def split_events(text: str) -> list[dict[str, str]]:
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.split("\n\n") if "id: " in block]


def read_states(text: str) -> list[Any]:
    return [json.loads(event["data"])["state"] for event in split_events(text)]


def test_each_change_is_pushed_until_the_job_ends(api: FlaskClient) -> None:
    job_id = submit(api).get_json()["job_id"]
    with api.get(f"/render/{job_id}/events") as answer:
        assert answer.mimetype == "text/event-stream"
        pieces = (piece.decode() for piece in answer.response if isinstance(piece, bytes))
        assert next(pieces) == ": connected\n\n"
        assert read_states(next(pieces)) == ["pending"]
        worker = threading.Thread(target=finish, args=(job_id,))
        worker.start()
        rest = "".join(pieces)
        worker.join()
    assert read_states(rest)[-1] == "success"


def test_a_client_that_comes_back_gets_only_what_is_newer(api: FlaskClient) -> None:
    job_id = submit(api).get_json()["job_id"]
    finish(job_id)
    (last,) = split_events(api.get(f"/render/{job_id}/events").text)
    assert json.loads(last["data"])["job_id"] == job_id
    again = api.get(f"/render/{job_id}/events", headers={"Last-Event-ID": last["id"]})
    assert again.status_code == 204
    older = api.get(f"/render/{job_id}/events", headers={"Last-Event-ID": "0-0-0-0-0"})
    assert read_states(older.text) == ["success"]


def test_a_stream_ends_before_the_functions_timeout_and_says_when_to_return(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "STREAM_SEC", 0.05)
    monkeypatch.setattr(events, "HEARTBEAT_SEC", 0.02)
    job_id = submit(api).get_json()["job_id"]
    text = api.get(f"/render/{job_id}/events").text
    assert ": still connected" in text
    assert text.endswith("retry: 1000\n\n")


def test_streams_are_bounded_and_give_their_places_back(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_places", threading.BoundedSemaphore(1))
    job_id = submit(api).get_json()["job_id"]
    with api.get(f"/render/{job_id}/events"):
        refused = api.get(f"/render/{job_id}/events")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    finish(job_id)
    assert api.get(f"/render/{job_id}/events").status_code == 200


def test_an_unknown_job_has_no_events(api: FlaskClient) -> None:
    assert api.get("/render/job-none/events").status_code == 404
    assert bootstrap.backend().jobs.list_latest().jobs == []
