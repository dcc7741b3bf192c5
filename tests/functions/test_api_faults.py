"""Faults of the API that were seen in use, each with its kind."""

import json

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.bootstrap import machine
from sutradhar.domain.core.record import History
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.domain.video.render_figures import RenderFigures
from sutradhar.pipeline.upload_records import update_upload
from sutradhar.pipeline.uploads import create_upload
from tests.functions.test_api import finish, submit

DIGITS = "1" * 5000


@pytest.mark.parametrize("path", ["/render", "/uploads"])
@pytest.mark.parametrize(
    "body",
    [f'{{"topic": "x", "seed": {DIGITS}}}', f'[{{"a": -{DIGITS}}}]', f'{{"size": {DIGITS}, "filename": "a"}}', DIGITS],
)
def test_a_very_long_whole_number_is_the_callers_mistake(api: FlaskClient, path: str, body: str) -> None:
    answer = api.post(path, data=body)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert "thousands of digits" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/render", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("PUT", "/render/job-1/status", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/api/render/job-1/retry", {"POST", "OPTIONS"}),
        ("DELETE", "/uploads", {"GET", "HEAD", "POST", "OPTIONS"}),
    ],
)
def test_a_method_that_is_not_allowed_names_those_that_are(
    api: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = api.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert {name.strip() for name in answer.headers["Allow"].split(",")} == allowed


@pytest.mark.usefixtures("fresh_operations")
def test_a_job_that_fails_and_is_retried_counts_once(api: FlaskClient) -> None:
    backend = bootstrap.backend()
    job_id = submit(api).get_json()["job_id"]

    def count() -> tuple[int, int, int]:
        body = api.get("/metrics").get_json()
        return body["jobs_started"], body["jobs_completed"], body["jobs_failed"]

    for _ in range(3):
        backend.jobs.update(job_id, lambda j: j.fail(JobFailure(stage="plan", cause="x"), backend.clock.now()))
        assert count() == (1, 0, 1)
        assert api.post(f"/render/{job_id}/retry").status_code == 202
        assert count() == (1, 0, 0)
    finish(job_id)
    assert count() == (1, 1, 0)
    assert api.get("/metrics").get_json()["success_rate"] == 1


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "count_cores", lambda: 2)


def wait_for(video_sec: float) -> float:
    """Return the seconds for a video of that length on two cores, by the cost model (docs/costs.md)."""
    figures = RenderFigures()
    frame_sec = (figures.compose_ms + figures.final_ms + figures.check_ms) / 1000 / 2
    return 10 + 0.2 * video_sec + 1 + 30 * video_sec * frame_sec * (1 + figures.finish_share)


def test_the_wait_goes_by_the_length_of_the_scenes(api: FlaskClient, two_cores: None) -> None:
    scenes = [{"image_prompt": "a hill", "duration_sec": 20}] * 20
    long = submit(api, {"scenes": scenes}).get_json()["estimated_wait_seconds"]
    short = submit(api, {"scenes": scenes[:1]}).get_json()["estimated_wait_seconds"]
    topic = submit(api, {"topic": "Prahlad", "length_sec": 300}).get_json()["estimated_wait_seconds"]
    assert [long, short, topic] == [round(wait_for(seconds)) for seconds in (400, 20, 300)]


def test_the_wait_counts_a_clip_that_gives_its_scene_its_length(api: FlaskClient, two_cores: None) -> None:
    services, clip = bootstrap.services(), "up-0123456789abcdef"
    facts = MediaInfo(kind="video", width=320, height=180, duration_sec=20.0, has_audio=False)
    upload = create_upload(services, "a.mp4", "video/mp4", 1, clip)
    update_upload(services, clip, lambda current: current.evolve(facts=facts))
    services.blobs.put(upload.blob, b"x")
    scenes = [{"clip": clip}, {"clip": {"upload": clip, "start_sec": 5}}, {"clip": clip, "duration_sec": 15}]
    assert submit(api, {"scenes": scenes}).get_json()["estimated_wait_seconds"] == round(wait_for(20 + 15 + 15))


def test_a_job_of_a_newer_version_is_not_shown(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a deployment replaces the functions, the caller may ask again."""
    with monkeypatch.context() as newer:
        newer.setattr(History, "version", 99)
        job_id = submit(api).get_json()["job_id"]
    answer = api.get(f"/render/{job_id}/status")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.get_json()["detail"].startswith("a stored job was written by a newer version of Sutradhar; install")


def test_links_have_the_prefix_that_the_caller_used(api: FlaskClient) -> None:
    response = api.post("/api/render", data=json.dumps({"topic": "Prahlad"}))
    assert response.headers["Location"].startswith("http://localhost/api/render/job-")
    assert all(link.startswith("http://localhost/api/render/job-") for link in response.get_json()["links"].values())
    finish(response.get_json()["job_id"])
    job = response.get_json()["job_id"]
    for prefix in ("", "/api"):
        body = api.get(f"{prefix}/render/{job}/status").get_json()
        links = [body["final_video_url"], body["thumbnail_url"], body["captions"]["en"]["srt"]]
        assert all(link.startswith(f"http://localhost{prefix}/render/{job}/file?kind=") for link in links)
        with api.get(links[0]) as answer:
            assert answer.status_code == 200
    assert api.get("/api/render/none/status").get_json()["instance"] == "/api/render/none/status"


def test_the_place_for_a_files_bytes_has_the_prefix_too(api: FlaskClient) -> None:
    body = json.dumps({"filename": "a.png", "content_type": "image/png", "size": 3})
    response = api.post("/api/uploads", data=body)
    assert response.headers["Location"].startswith("http://localhost/api/uploads/up-")
    assert response.get_json()["url"].startswith("http://localhost/api/uploads/up-")
    path = response.get_json()["url"].removeprefix("http://localhost")
    assert api.put(path, data=b"abc", content_type="image/png").status_code == 204


def test_a_conflict_speaks_the_words_of_the_api(api: FlaskClient) -> None:
    job_id = submit(api).get_json()["job_id"]
    finish(job_id)
    for answer in (api.delete(f"/render/{job_id}/cancel"), api.post(f"/render/{job_id}/retry")):
        assert answer.status_code == 409
        assert "succeeded" in answer.get_json()["detail"]
        assert "SUCCEEDED" not in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"OPENAI_API_KEY": "k", "OPENAI_IMAGE_MODEL": "no-price"}, "OPENAI_IMAGE_MODEL"),
        ({"PROVIDERS": "acme"}, "PROVIDERS"),
        ({"PRICE_TABLE": "/no/such/table"}, "PRICE_TABLE"),
    ],
)
def test_what_the_operator_set_wrongly_is_no_mistake_of_the_caller(
    api: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    named: str,
) -> None:
    for name, value in {"OPENAI_API_KEY": "k", **variables}.items():
        monkeypatch.setenv(name, value)
    answer = submit(api)
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "its log names the variable" in answer.get_json()["detail"]
    assert named not in answer.get_data(as_text=True)
    assert named in capsys.readouterr().err
    assert api.get("/health").status_code == 200


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("name", ["कथा", "job-\u00e9", "\U000fffff"])
def test_an_id_in_any_script_is_an_unknown_one(api: FlaskClient, prefix: str, name: str) -> None:
    answer = api.get(f"{prefix}/render/{name}/status")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json()["instance"] == f"{prefix}/render/{name}/status"
