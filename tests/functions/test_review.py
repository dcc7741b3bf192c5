"""The review of a plan over HTTP, on both backends."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.core.api_key import Role
from sutradhar.domain.jobs.job import JobState
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.sweep import sweep
from tests.conftest import forget
from tests.function_client import open_client
from tests.functions.worker import work

SCENES: list[dict[str, Any]] = [
    {"narration": "Tea is hot.", "image_prompt": "a cup of tea", "translations": {"hi": "चाय गरम है।"}},
    {"narration": "Tea is good.", "image_prompt": "a tea garden"},
]
PLAN: dict[str, Any] = {"review": True, "title": "Tea", "music": False, "scenes": SCENES}


@pytest.fixture
def api(each_backend: None) -> FlaskClient:
    """The function ``api`` on the local backend, and on Google's emulators."""
    return open_client("api")


def send(api: FlaskClient, method: str, path: str, body: object = None, key: str = "", if_match: str = "") -> Any:
    headers = {name: value for name, value in (("X-API-Key", key), ("If-Match", if_match)) if value}
    return api.open(path, method=method, data=None if body is None else json.dumps(body), headers=headers)


@pytest.fixture
def waiting(api: FlaskClient) -> str:
    """The path of a job that waits for approval."""
    job_id = send(api, "POST", "/render", PLAN).get_json()["job_id"]
    work(job_id)
    return f"/render/{job_id}"


def test_a_plan_is_shown_changed_and_approved(api: FlaskClient, waiting: str) -> None:
    job_id = waiting.rpartition("/")[2]
    status = api.get(f"{waiting}/status").get_json()
    assert (status["state"], status["step"], status["final_video_url"]) == ("awaiting_approval", "tts", None)
    assert {step["name"]: step["state"] for step in status["steps"]}["images"] == "pending"
    assert {asset["slot"] for asset in status["assets"] if asset["state"] == "ready"} == {
        "scene-00-narration",
        "scene-01-narration",
    }
    (entry,) = api.get("/library?state=awaiting_approval").get_json()["entries"]
    assert entry["job_id"] == job_id

    shown = api.get(f"/api{waiting}/plan")
    assert shown.headers["ETag"] == '"1"'
    view = shown.get_json()
    assert (view["state"], view["version"], view["changes"], view["approved_at"]) == ("awaiting_approval", 1, [], None)
    assert view["plan"]["scenes"][0]["narration"] == "Tea is hot."
    assert view["estimate"] == {"expected_usd": 0, "most_usd": 0, "lines": []}
    assert {"title", "voice", "scenes[].narration", "scenes[].image_prompt"} <= set(view["changeable"])
    assert [link["url"] for link in view["narrations"]] == [
        f"http://localhost/api{waiting}/file?kind=asset&slot=scene-{scene:02d}-narration" for scene in (0, 1)
    ]
    first = view["narrations"][0]
    assert 0.3 < first["duration_sec"] < 5

    body = {"title": "Good tea", "scenes": [{"index": 1, "narration": "Tea is very good."}]}
    changed = send(api, "PATCH", f"{waiting}/plan", body, if_match='"1"')
    assert (changed.status_code, changed.headers["ETag"], changed.get_json()["state"]) == (200, '"2"', "running")
    assert send(api, "POST", f"{waiting}/approve").status_code == 409
    assert send(api, "PATCH", f"{waiting}/plan", {"title": "Tea"}).status_code == 409
    work(job_id)
    view = api.get(f"{waiting}/plan").get_json()
    (change,) = view["changes"]
    assert change["changed_at"].endswith("Z")
    assert change["fields"][0] == {"path": "title", "before": "Tea", "after": "Good tea"}
    assert view["narrations"][0]["duration_sec"] == first["duration_sec"]

    assert send(api, "POST", f"{waiting}/approve", if_match='"1"').status_code == 412
    for _ in range(2):
        answer = send(api, "POST", f"{waiting}/approve", if_match='"2"')
        assert (answer.status_code, answer.get_json()["state"]) == (202, "running")
    work(job_id)
    assert bootstrap.backend().jobs.get(job_id).state is JobState.RENDERING
    assert api.get(f"{waiting}/plan").get_json()["approved_at"].endswith("Z")


def test_a_narration_can_be_played(api: FlaskClient, waiting: str) -> None:
    url = f"{waiting}/file?kind=asset&slot=scene-00-narration"
    with api.get(url) as answer:
        assert (answer.status_code, answer.mimetype, answer.data[:4]) == (200, "audio/x-wav", b"RIFF")
    with api.get(url, headers={"Range": "bytes=0-99"}) as part:
        assert (part.status_code, len(part.data)) == (206, 100)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"topic": "Coffee"}, "topic"),
        ({"webhook_url": "https://x.example"}, "webhook_url"),
        ({"music": {"upload": "u"}}, "music.upload"),
        ({"scenes": [{"index": 0, "clip": {"upload": "u"}}]}, "scenes[0].clip.upload"),
        ({"scenes": [{"narration": "Tea."}]}, "scenes[0].index"),
        ({"scenes": [{"index": 2, "narration": "Tea."}]}, "scenes[0].index"),
        ({"scenes": [{"index": 0}, {"index": 0}]}, "scenes[1].index"),
        ({"scenes": [{"index": 0, "image_prompt": ""}]}, "scenes[0]"),
        ({"scenes": [{"index": 1, "duration_sec": 900}]}, "scenes[1].duration_sec"),
        ({"delivery": {"speed": 3}}, "delivery.speed"),
        ([], ""),
        (None, ""),
    ],
)
def test_a_wrong_change_is_named_and_changes_nothing(
    home: Path, body: object, path: str, waiting_locally: tuple[FlaskClient, str]
) -> None:
    api, job = waiting_locally
    answer = send(api, "PATCH", f"{job}/plan", body)
    assert answer.status_code == 400, answer.get_json()
    assert [error["path"] for error in answer.get_json()["errors"]] == [path]
    assert api.get(f"{job}/plan").get_json()["version"] == 1


@pytest.fixture
def waiting_locally(home: Path) -> tuple[FlaskClient, str]:
    api = open_client("api")
    job_id = send(api, "POST", "/render", {**PLAN, "scenes": SCENES[:1] * 2}).get_json()["job_id"]
    work(job_id)
    return api, f"/render/{job_id}"


def test_a_job_without_a_review_waits_for_nothing(api: FlaskClient) -> None:
    job = f"/render/{send(api, 'POST', '/render', {'topic': 'tea'}).get_json()['job_id']}"
    answer = send(api, "POST", f"{job}/approve")
    assert (answer.status_code, answer.get_json()["title"]) == (409, "Conflict")
    assert send(api, "PATCH", f"{job}/plan", {"title": "Tea"}).status_code == 409
    assert api.get(f"{job}/plan").get_json()["plan"]["topic"] == "tea"
    for method, path in (("GET", "plan"), ("PATCH", "plan"), ("POST", "approve")):
        body: object = {} if method == "PATCH" else None
        assert send(api, method, f"/render/job-0/{path}", body).status_code == 404


def test_a_stranger_sees_changes_and_approves_nothing(api: FlaskClient) -> None:
    asha, ravi = make_key("Asha"), make_key("Ravi")
    job_id = send(api, "POST", "/render", PLAN, asha).get_json()["job_id"]
    work(job_id)
    for method, path in (("GET", "plan"), ("PATCH", "plan"), ("POST", "approve")):
        body = {"title": "Ravi's"} if method == "PATCH" else None
        assert send(api, method, f"/render/{job_id}/{path}", body, ravi).status_code == 404
    answer = send(api, "PATCH", f"/render/{job_id}/plan", {"title": "Asha's"}, asha).get_json()
    assert answer["changes"][0]["changed_by"] == bootstrap.backend().jobs.get(job_id).owner


def test_the_status_says_until_when_a_job_waits_and_why_it_was_canceled(
    api: FlaskClient, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = api.get(f"{waiting}/status").get_json()
    began = datetime.fromisoformat(api.get(f"{waiting}/status?include_history=true").get_json()["history"][-1]["at"])
    assert abs(datetime.fromisoformat(status["waits_until"]) - began - timedelta(days=7)) < timedelta(minutes=1)
    assert status["waits_until"].endswith("Z")
    assert status["cancel_reason"] is None
    assert api.get(f"{waiting}/plan").get_json()["waits_until"] == status["waits_until"]
    send(api, "PATCH", f"{waiting}/plan", {"title": "Good tea"})
    later = api.get(f"{waiting}/status").get_json()["waits_until"]
    assert later > status["waits_until"]

    clock = type(bootstrap.backend().clock)
    monkeypatch.setattr(clock, "now", lambda _self: datetime.fromisoformat(later))
    sweep(bootstrap.services())
    ended = api.get(f"{waiting}/status").get_json()
    assert (ended["state"], ended["error"], ended["waits_until"]) == ("canceled", None, None)
    assert ended["cancel_reason"].startswith("its plan was not approved until")
    assert ended["cancel_reason"] in ended["logs"]
    refused = send(api, "POST", f"{waiting}/approve")
    assert refused.status_code == 409
    assert ended["cancel_reason"] in refused.get_json()["detail"]
    with api.get(f"{waiting}/file?kind=asset&slot=scene-00-narration") as narration:
        assert narration.data[:4] == b"RIFF"
    again = send(api, "POST", f"/library/{waiting.rpartition('/')[2]}/duplicate").get_json()
    assert (again["title"], again["review"]) == ("Good tea", True)


def test_a_job_may_wait_for_ever(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEW_DAYS", "0")
    forget()
    job_id = send(api, "POST", "/render", PLAN).get_json()["job_id"]
    work(job_id)
    status = api.get(f"/render/{job_id}/status").get_json()
    assert (status["state"], status["waits_until"]) == ("awaiting_approval", None)


def make_key(name: str, role: Role = "creator") -> str:
    backend = bootstrap.backend()
    return api_keys.create(backend.records, backend.clock, name, role)[1]


def test_a_video_with_two_audio_tracks_is_reviewed_in_both_languages(api: FlaskClient) -> None:
    scenes = [SCENES[0], {**SCENES[1], "translations": {"hi": "चाय अच्छी है।"}}]
    plan = {**PLAN, "scenes": scenes, "languages": ["en", "hi"], "language_output": "tracks"}
    job_id = send(api, "POST", "/render", plan).get_json()["job_id"]
    work(job_id)
    path = f"/render/{job_id}/plan"
    links = api.get(path).get_json()["narrations"]
    assert [(link["scene"], link["language"]) for link in links] == [(0, "en"), (1, "en"), (0, "hi"), (1, "hi")]
    assert links[2]["url"].endswith("slot=scene-00-narration-hi")
    assert api.get(links[2]["url"].partition("localhost")[2], buffered=True).mimetype == "audio/x-wav"
    change = {"index": 1, "narration": "Tea is very good."}
    refused = send(api, "PATCH", path, {"scenes": [change]})
    assert [error["path"] for error in refused.get_json()["errors"]] == ["scenes[1].translations.hi"]
    accepted = send(api, "PATCH", path, {"scenes": [{**change, "translations": {"hi": "चाय बहुत अच्छी है।"}}]})
    assert accepted.status_code == 200, accepted.get_json()
    work(job_id)
    assert len(api.get(path).get_json()["narrations"]) == 4
