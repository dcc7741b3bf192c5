"""Publish videos by the API, on the real local backend, into a folder."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.dev.local_runtime import deliver_message
from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import PublishVideo
from sutradhar.pipeline.publishing.due import publish_due
from tests.conftest import forget
from tests.finished_job import store_finished_job
from tests.function_client import open_client

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PUBLISH_FOLDER", str(home / "published"))
    monkeypatch.setenv("SCHEDULE_TZ", "Asia/Kolkata")
    monkeypatch.setenv("RATE_LIMIT_PER_MIN", "0")
    forget()
    return home / "published"


@pytest.fixture
def call(folder: Path) -> Call:
    client = open_client("api")

    def send(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = client.open(path, method=method, data=None if body is None else json.dumps(body))
        return answer.status_code, answer.get_json(silent=True)

    store_finished_job(bootstrap.services())
    return send


def work() -> None:
    """Claim what is due, and work on it, as the server does."""
    services = bootstrap.services()
    sent: list[PublishVideo] = []
    publish_due(services)
    backend: Any = services.backend
    while delivery := backend.machine.queue.take():
        backend.machine.queue.finish(delivery)
        if isinstance(delivery.message, PublishVideo):
            sent.append(delivery.message)
            deliver_message(delivery.message)
    assert sent


def test_a_time_without_an_offset_is_one_of_the_zone(call: Call) -> None:
    body = {"destination": "folder", "iso_datetime": "2100-12-24T18:30", "title": "Tea"}
    status, publication = call("POST", "/publish/job-1/schedule", body)
    assert (status, publication["publish_at"], publication["timezone"], publication["state"]) == (
        201,
        "2100-12-24T13:00:00Z",
        "Asia/Kolkata",
        "scheduled",
    )
    assert publication["local_time"] == "2100-12-24T18:30:00+05:30"
    status, answer = call("POST", "/publish/job-1/schedule", body)
    assert (status, publication["id"] in answer["detail"]) == (409, True)


def test_a_video_is_published_now_with_the_words_of_its_plan(call: Call, folder: Path) -> None:
    status, publication = call("POST", "/api/publish/job-1", {"destination": "folder"})
    assert (status, publication["title"]) == (201, "Tea")
    work()
    status, after = call("GET", f"/publications/{publication['id']}")
    assert (after["state"], after["failure"], after["published_at"] is not None) == ("published", None, True)
    (manifest,) = folder.glob("*/manifest.json")
    assert json.loads(manifest.read_text())["title"] == "Tea"
    assert call("DELETE", "/publish/job-1/cancel")[0] == 409
    assert call("GET", "/publish/job-1")[1]["id"] == publication["id"]
    (shown,) = call("GET", "/render/job-1/status")[1]["publications"]
    assert {name: shown[name] for name in ("id", "destination", "state", "url", "publish_at")} == {
        name: after[name] for name in ("id", "destination", "state", "url", "publish_at")
    }
    assert call("GET", "/library")[1]["entries"][0]["publications"] == {"folder": "published"}


def test_a_change_leaves_what_it_does_not_name(call: Call) -> None:
    at = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    body = {"destination": "folder", "iso_datetime": at, "title": "Tea", "description": "Words.", "tags": ["tea"]}
    publication = call("POST", "/publish/job-1/schedule", body)[1]
    status, changed = call("PATCH", f"/publications/{publication['id']}", {"tags": ["green"]})
    assert (status, changed["tags"]) == (200, ["green"])
    same = ("title", "description", "publish_at", "timezone", "privacy", "state")
    assert {name: changed[name] for name in same} == {name: publication[name] for name in same}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"iso_datetime": "2020-01-01T00:00Z"}, "iso_datetime"),
        ({"iso_datetime": "tomorrow"}, "iso_datetime"),
        ({"iso_datetime": "2027-03-28T02:30", "timezone": "Europe/Berlin"}, "iso_datetime"),
        ({"iso_datetime": "2100-01-01T00:00", "timezone": "Mars/Olympus"}, "timezone"),
        ({"iso_datetime": "2100-01-01T00:00", "title": "x" * 101}, "title"),
        ({"iso_datetime": "2100-01-01T00:00", "destination": "moon"}, "destination"),
        ({"iso_datetime": "2100-01-01T00:00", "destination": "youtube"}, "destination"),
        ({"iso_datetime": "2100-01-01T00:00", "titel": "x"}, "titel"),
        ({"iso_datetime": "2100-01-01T00:00", "playlist": "PL12"}, "playlist"),
    ],
)
def test_a_wrong_field_is_named(call: Call, body: dict[str, Any], path: str) -> None:
    status, answer = call("POST", "/publish/job-1/schedule", {"destination": "folder", **body})
    assert (status, [error["path"] for error in answer["errors"]]) == (400, [path])


def test_the_calendar_lists_a_time(call: Call) -> None:
    at = "2100-06-01T12:00:00Z"
    publication = call("POST", "/publish/job-1/schedule", {"destination": "folder", "iso_datetime": at})[1]
    _, calendar = call("GET", "/publish?from=2100-06-01T00:00Z&to=2100-06-02T00:00Z")
    assert ([one["id"] for one in calendar["publications"]], calendar["has_more"]) == ([publication["id"]], False)
    assert call("GET", "/publish?from=2100-06-02T00:00Z")[1]["publications"] == []
    assert call("GET", "/publish")[1]["publications"] == []


def test_a_canceled_publication_can_be_followed_by_another(call: Call) -> None:
    at = {"destination": "folder", "iso_datetime": "2100-01-01T00:00Z"}
    first = call("POST", "/publish/job-1/schedule", at)[1]
    assert call("DELETE", f"/publications/{first['id']}")[1]["state"] == "canceled"
    status, again = call("DELETE", "/publish/job-1/cancel")
    assert (status, again["state"], again["updated_at"] >= first["updated_at"]) == (200, "canceled", True)
    second = call("POST", "/publish/job-1/schedule", at)[1]
    assert second["id"] != first["id"]
    assert call("POST", f"/publications/{first['id']}/retry")[0] == 409
    assert call("GET", "/render/job-1/status")[1]["youtube_url"] is None


def test_the_quota_of_today_is_shown(call: Call) -> None:
    status, answer = call("GET", "/publish/quota")
    rows = [{name: one[name] for name in one if name != "resets_at"} for one in answer["quotas"]]
    assert (status, rows) == (
        200,
        [
            {"destination": "youtube", "bucket": "uploads", "used": 0, "limit": 100, "left": 100},
            {"destination": "youtube", "bucket": "units", "used": 0, "limit": 10_000, "left": 10_000},
        ],
    )


def test_a_destination_that_is_not_set_up_says_what_to_do(call: Call) -> None:
    status, answer = call("POST", "/publish/job-1", {})  # without a name it is YouTube
    assert (status, answer["errors"]) == (
        400,
        [{"path": "destination", "message": "youtube is not set up: run `sutradhar youtube login`"}],
    )


def test_an_unknown_job_or_publication_is_not_found(call: Call) -> None:
    for method, path in (("GET", "/publish/none"), ("GET", "/publications/none"), ("DELETE", "/publications/none")):
        assert call(method, path)[0] == 404
    assert call("POST", "/publish/none", {"destination": "folder"})[0] == 404


def test_the_server_publishes_by_itself(folder: Path, api: FlaskClient) -> None:
    """The function that Cloud Scheduler calls answers with the number of publications."""
    store_finished_job(bootstrap.services())
    assert api.post("/publish/job-1", data=json.dumps({"destination": "folder"})).status_code == 201
    assert open_client("publish_due").post("/").get_json() == {"publications": 1}
    assert open_client("publish_due").post("/").get_json() == {"publications": 0}
