"""Publications that a plan asks for, by the API."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from tests.conftest import forget
from tests.functions.worker import work

Order = Callable[..., tuple[int, Any]]


@pytest.fixture
def order(home: Path, monkeypatch: pytest.MonkeyPatch, api: FlaskClient) -> Order:
    monkeypatch.setenv("PUBLISH_FOLDER", str(home / "published"))
    monkeypatch.setenv("SCHEDULE_TZ", "Asia/Kolkata")
    monkeypatch.setenv("RATE_LIMIT_PER_MIN", "0")
    forget()

    def send(publish: Any, path: str = "/render", key: str = "", **fields: Any) -> tuple[int, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        body = {"topic": "Tea", "publish": publish, **fields}
        answer = api.post(path, data=json.dumps(body), headers=headers)
        return answer.status_code, answer.get_json()

    return send


def test_a_plan_names_the_time_and_the_words(order: Order, api: FlaskClient) -> None:
    publish = {"destination": "folder", "iso_datetime": "2100-12-24T18:30", "title": "Chai 🍵", "tags": ["tea"]}
    status, job = order({**publish, "privacy": "unlisted", "priority": 5})
    assert status == 202
    (publication,) = api.get("/publish?from=2100-12-24&to=2100-12-25").get_json()["publications"]
    assert publication["job_id"] == job["job_id"]
    assert (publication["publish_at"], publication["timezone"]) == ("2100-12-24T13:00:00Z", "Asia/Kolkata")
    names = ("state", "title", "tags", "privacy", "priority")
    assert [publication[name] for name in names] == ["scheduled", "Chai 🍵", ["tea"], "unlisted", 5]
    assert api.get(f"/publish/{job['job_id']}").get_json()["id"] == publication["id"]


def test_a_plan_without_a_time_publishes_as_soon_as_the_video_is_finished(order: Order, api: FlaskClient) -> None:
    _, job = order([{"destination": "folder"}])
    publication = api.get(f"/publish/{job['job_id']}").get_json()
    assert (publication["title"], publication["state"], publication["timezone"]) == ("Tea", "scheduled", "Asia/Kolkata")
    assert publication["when_ready"]
    assert publication["publish_at"] <= publication["created_at"]
    no_publication: Any
    for no_publication in (None, False, []):
        status, job = order(no_publication)
        assert (status, api.get(f"/publish/{job['job_id']}").status_code) == (202, 404)


@pytest.mark.parametrize(
    ("publish", "path"),
    [
        ({"destination": "folder", "iso_datetime": "2020-01-01T00:00Z"}, "publish.iso_datetime"),
        ({"destination": "folder", "iso_datetime": "tomorrow"}, "publish.iso_datetime"),
        ({"destination": "folder", "iso_datetime": "2100-01-01T00:00", "timezone": "Mars"}, "publish.timezone"),
        ({"destination": "folder", "timezone": "Mars"}, "publish.timezone"),
        ({"destination": "moon"}, "publish.destination"),
        ({"destination": "youtube"}, "publish.destination"),
        ({}, "publish.destination"),
        ({"destination": "folder", "title": "x" * 101}, "publish.title"),
        ({"destination": "folder", "playlist": "PL12"}, "publish.playlist"),
        ({"destination": "folder", "priority": 101}, "publish.priority"),
        ({"destination": "folder", "at": "2100-01-01T00:00"}, "publish.at"),
        ([{"destination": "folder"}, {"destination": "moon"}], "publish[1].destination"),
        ([{"destination": "folder"}, {"destination": "folder"}], "publish"),
        ([{"title": 5}], "publish[0].title"),
        ("folder", "publish"),
        (True, "publish"),
    ],
)
def test_a_wrong_publication_is_refused_before_anything_is_paid_for(order: Order, publish: Any, path: str) -> None:
    status, answer = order(publish)
    assert (status, [error["path"] for error in answer["errors"]]) == (400, [path])
    assert bootstrap.services().jobs.list_latest(10).jobs == []


def test_a_preview_names_what_the_order_would_refuse(order: Order) -> None:
    status, preview = order({"destination": "moon"}, path="/plan", enable_youtube_upload=True)
    assert status == 200
    assert [problem["path"] for problem in preview["problems"]] == ["publish.destination", "enable_youtube_upload"]
    _, preview = order({"destination": "folder"}, path="/plan")
    assert (preview["problems"], preview["plan"]["publish"][0]["destination"]) == ([], "folder")


def test_a_repeat_of_the_order_publishes_once(order: Order, api: FlaskClient) -> None:
    publish = {"destination": "folder", "iso_datetime": "2100-12-24T18:30"}
    answers = [order(publish, key="tea") for _ in range(3)]
    assert [status for status, _ in answers] == [202, 200, 200]
    job_id = answers[0][1]["job_id"]
    first = api.get(f"/publish/{job_id}").get_json()
    assert api.delete(f"/publish/{job_id}/cancel").status_code == 200
    assert order(publish, key="tea")[0] == 200
    assert (api.get(f"/publish/{job_id}").get_json()["id"], first["state"]) == (first["id"], "scheduled")
    assert api.get(f"/publish/{job_id}").get_json()["state"] == "canceled"


def test_a_duplicate_is_not_published(order: Order, api: FlaskClient) -> None:
    _, job = order({"destination": "folder"})
    plan = api.post(f"/library/{job['job_id']}/duplicate").get_json()
    assert (plan["publish"], plan["enable_youtube_upload"]) == ([], False)
    copy = api.post("/render", data=json.dumps(plan)).get_json()
    assert api.get(f"/publish/{copy['job_id']}").status_code == 404


def test_a_change_in_a_review_keeps_the_publication(order: Order, api: FlaskClient) -> None:
    scene = {"narration": "Tea is a plant.", "image_prompt": "tea"}
    publish = {"destination": "folder", "tags": ["tea"]}
    status, job = order(publish, topic=None, title="Tea", scenes=[scene], review=True)
    assert status == 202
    work(job["job_id"])
    changed = api.patch(f"/render/{job['job_id']}/plan", data=json.dumps({"title": "Green tea"}))
    assert changed.status_code == 200, changed.text
    plan = bootstrap.services().jobs.get(job["job_id"]).current_plan
    assert (plan.title, plan.publish[0].destination, plan.publish[0].tags) == ("Green tea", "folder", ("tea",))
