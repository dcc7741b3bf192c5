"""The library and the templates over HTTP, on both backends."""

import json
from typing import Any, get_args

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.core.api_key import Role
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.job_status import StateWord, name_state
from sutradhar.pipeline import api_keys
from tests.function_client import open_client


@pytest.fixture
def api(each_backend: None) -> FlaskClient:
    """The function ``api`` on the local backend, and on Google's emulators."""
    return open_client("api")


def post(api: FlaskClient, path: str, body: object = None, key: str = "") -> Any:
    """Call as `curl -d` does, without a content type for JSON."""
    data = None if body is None else json.dumps(body)
    return api.post(path, data=data, headers={"X-API-Key": key} if key else {})


def make_key(name: str, role: Role = "creator") -> str:
    backend = bootstrap.backend()
    return api_keys.create(backend.records, backend.clock, name, role)[1]


@pytest.fixture
def videos(api: FlaskClient) -> list[str]:
    """The ids of three jobs, the newest first."""
    topics = ("Prahlad", "चाय की कहानी", "The price of tea")
    return [post(api, "/render", {"topic": topic}).get_json()["job_id"] for topic in topics][::-1]


def test_the_library_has_the_fields_of_the_contract(api: FlaskClient, videos: list[str]) -> None:
    answer = api.get("/library").get_json()
    assert [entry["job_id"] for entry in answer["entries"]] == videos
    assert (answer["total"], answer["page"], answer["has_more"], answer["next"]) == (3, 1, False, None)
    newest = answer["entries"][0]
    assert newest["title"] == "The price of tea"
    assert (newest["state"], newest["status"], newest["language"]) == ("pending", "pending", "en")
    assert newest["created_at"].endswith("Z")
    for name in ("final_video_url", "thumbnail_url", "youtube_url", "duration_sec", "finished_at"):
        assert newest[name] is None
    assert newest["cost_usd"] == 0


def test_a_finished_job_has_absolute_urls(api: FlaskClient, videos: list[str]) -> None:
    from sutradhar.domain.jobs.job import Job, Outcome
    from sutradhar.domain.jobs.result import Result

    def succeed(job: Job) -> Outcome:
        result = Result(video="v", thumbnail="t", summary="s", captions={}, duration_sec=61.5, size=1)
        return job.evolve(state=JobState.SUCCEEDED, result=result), []

    bootstrap.backend().jobs.update(videos[0], succeed)
    for prefix in ("", "/api"):
        (entry,) = api.get(f"{prefix}/library?state=success").get_json()["entries"]
        assert entry["final_video_url"] == f"http://localhost{prefix}/render/{videos[0]}/file?kind=video"
        assert entry["thumbnail_url"] == f"http://localhost{prefix}/render/{videos[0]}/file?kind=thumbnail"
        assert entry["duration_sec"] == 61.5


def test_the_call_of_the_other_systems_clients_works(api: FlaskClient, videos: list[str]) -> None:
    assert api.delete(f"/render/{videos[2]}/cancel").status_code == 202
    answer = api.get("/api/library?page=1&page_size=20&state=canceled&language=en").get_json()
    assert ([entry["job_id"] for entry in answer["entries"]], answer["total"]) == ([videos[2]], 1)
    assert api.get("/api/library?page=1&page_size=20&state=success&language=en").get_json()["entries"] == []


def test_pages_come_by_number_or_by_cursor(api: FlaskClient, videos: list[str]) -> None:
    first = api.get("/library?limit=2").get_json()
    assert ([e["job_id"] for e in first["entries"]], first["total"], first["has_more"]) == (videos[:2], 3, True)
    rest = api.get(f"/library?limit=2&after={first['next']}").get_json()
    assert ([e["job_id"] for e in rest["entries"]], rest["total"], rest["page"]) == (videos[2:], None, None)
    second = api.get("/library?page=2&page_size=2").get_json()
    assert (second["entries"], second["total"], second["page"]) == (rest["entries"], 3, 2)


@pytest.mark.parametrize(("q", "places"), [("pr", [0, 2]), ("चा", [1]), ("tea price", [0]), ("rahlad", []), ("%", [])])
def test_words_are_searched_by_their_beginnings(api: FlaskClient, videos: list[str], q: str, places: list[int]) -> None:
    answer = api.get("/library", query_string={"q": q}).get_json()
    assert [entry["job_id"] for entry in answer["entries"]] == [videos[place] for place in places]
    assert answer["total"] == len(places)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("page=0", "page"),
        ("page=x", "page"),
        ("page_size=101", "page_size"),
        ("state=done", "state"),
        ("language=xx", "language"),
        ("after=x", "after"),
        ("page=2&after=x", ""),
        ("page=9999&page_size=100", ""),
        (f"q={'x' * 201}", "q"),
    ],
)
def test_a_wrong_query_is_named(api: FlaskClient, query: str, path: str) -> None:
    answer = api.get(f"/library?{query}")
    assert answer.status_code == 400
    assert [error["path"] for error in answer.get_json()["errors"]] == [path]


def test_a_stranger_sees_and_duplicates_nothing(api: FlaskClient) -> None:
    asha, ravi, admin = make_key("Asha"), make_key("Ravi"), make_key("root", "admin")
    job_id = post(api, "/render", {"topic": "tea"}, asha).get_json()["job_id"]
    for key, count in ((asha, 1), (ravi, 0), (admin, 1)):
        answer = api.get("/library", headers={"X-API-Key": key}).get_json()
        assert (len(answer["entries"]), answer["total"]) == (count, count)
        assert post(api, f"/library/{job_id}/duplicate", key=key).status_code == (200 if count else 404)
    assert api.get("/library").status_code == 401


def test_a_duplicate_can_be_sent_as_it_is(api: FlaskClient, videos: list[str]) -> None:
    answer = post(api, f"/api/library/{videos[0]}/duplicate")
    assert answer.status_code == 200
    plan = answer.get_json()
    assert (plan["topic"], plan["based_on"]) == ("The price of tea", videos[0])
    assert "notices" not in plan
    created = post(api, "/render", plan)
    assert created.status_code == 202
    assert created.get_json()["job_id"] != videos[0]
    assert post(api, "/library/job-0/duplicate").status_code == 404


def test_templates_have_the_fields_of_the_contract(api: FlaskClient) -> None:
    templates = api.get("/api/templates").get_json()["templates"]
    assert len(templates) >= 8
    by_id = {template["id"]: template for template in templates}
    prahlad = by_id["prahlad"]
    assert prahlad["title"] == "Prahlad, the Boy Who Was Not Afraid"
    assert {"id", "title", "description", "tags", "languages", "length_sec"} <= prahlad.keys()
    assert (prahlad["languages"][:2], prahlad["length_sec"]) == (["en", "hi"], 60)
    assert "ganga_avatar" in by_id
    hindi = api.get("/templates?language=hi").get_json()["templates"]
    assert next(one["title"] for one in hindi if one["id"] == "prahlad") == "भक्त प्रह्लाद"
    assert api.get("/templates?language=xx").status_code == 400


def test_the_plan_of_a_template_can_be_sent_as_it_is(api: FlaskClient) -> None:
    request = {"template_id": "prahlad", "language": "en", "length_sec": 60, "voice": "F"}
    plan = post(api, "/api/templates/plan", request).get_json()
    assert sum(scene["duration_sec"] for scene in plan["scenes"]) == pytest.approx(60, rel=0.05)
    assert (plan["language"], plan["voice"], plan["based_on"]) == ("en", "F", "template/prahlad")
    assert post(api, "/render", plan).status_code == 202
    longest = post(api, "/templates/plan", {"template_id": "ganga_avatar", "language": "Hindi", "length_sec": 600})
    assert len(longest.get_json()["scenes"]) > 20
    assert post(api, "/render", longest.get_json()).status_code == 202


def test_an_unknown_template_is_not_found(api: FlaskClient) -> None:
    for wrong in ("nope", "../../etc/passwd", "prahlad.toml", "..%2f", ""):
        answer = post(api, "/templates/plan", {"template_id": wrong})
        assert answer.status_code == 404
        assert "ganga_avatar, " in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "template_id"),
        ({"template_id": "prahlad", "length_sec": 4}, "length_sec"),
        ({"template_id": "prahlad", "length_sec": 601}, "length_sec"),
        ({"template_id": "prahlad", "language": "fr"}, "language"),
        ({"template_id": "prahlad", "voice": "loud"}, "voice"),
        ({"template_id": "prahlad", "length": 60}, "length"),
        ({"template_id": 5}, "template_id"),
    ],
)
def test_a_wrong_request_for_a_plan_is_named(api: FlaskClient, body: dict[str, object], path: str) -> None:
    answer = post(api, "/templates/plan", body)
    assert answer.status_code == 400
    assert [error["path"] for error in answer.get_json()["errors"]] == [path]


def test_every_state_of_a_job_has_a_word_of_the_filter(api: FlaskClient, videos: list[str]) -> None:
    job = bootstrap.backend().jobs.get(videos[0])
    words = {name_state(job.evolve(state=state)) for state in JobState}
    assert words == set(get_args(StateWord))
    for word in words:
        assert api.get(f"/library?state={word}").status_code == 200
