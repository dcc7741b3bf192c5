"""The HTTP API through functions-framework, on the real local backend; no worker runs, so jobs stay where they are."""

import json
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.result import CaptionFiles, Result, list_result_files
from sutradhar.pipeline.plan import list_required_assets


def submit(api: FlaskClient, body: Any = None, **headers: str) -> Any:
    return api.post("/render", data=json.dumps(body or {"topic": "Prahlad"}), headers=headers)


def finish(job_id: str) -> None:
    """Bring a job to its end round the pipeline."""
    backend, services = bootstrap.backend(), bootstrap.services()
    now = backend.clock.now()
    for name in ("video.mp4", "thumbnail.png", "captions.en.srt"):
        backend.blobs.put(f"x/{name}", name.encode() * 100)
    captions = {"en": CaptionFiles(srt="x/captions.en.srt", vtt="x/captions.en.srt", cues=1)}
    result = Result(
        video="x/video.mp4",
        thumbnail="x/thumbnail.png",
        summary="x/video.mp4",
        captions=captions,
        duration_sec=1,
        size=1,
    )
    full_plan = services.providers.planner.plan(backend.jobs.get(job_id).requested_plan).plan
    backend.jobs.update(
        job_id, lambda j: j.start_producing(full_plan, list_required_assets(services, full_plan), [], now)
    )
    backend.jobs.update(job_id, lambda j: j.start_rendering({}, now))
    backend.jobs.update(job_id, lambda j: j.succeed(j.render_id, result, [], now))


def test_a_topic_is_accepted_and_its_status_can_be_read(api: FlaskClient) -> None:
    answer = submit(api)
    assert answer.status_code == 202
    assert answer.get_json()["status"] == answer.get_json()["state"] == "pending"
    reply = api.get(answer.headers["Location"])
    assert (
        reply.status_code,
        reply.get_json()["state"],
        reply.get_json()["step"],
        reply.get_json()["progress_pct"],
    ) == (
        200,
        "pending",
        "planning",
        0,
    )
    assert bootstrap.backend().jobs.get(answer.get_json()["job_id"]).requested_plan.topic == "Prahlad"
    path = f"/render/{answer.get_json()['job_id']}/status"
    assert api.get("/api" + path).get_data(as_text=True).replace("/api/render/", "/render/") == reply.text


def test_the_same_key_and_body_give_the_same_job(api: FlaskClient) -> None:
    first, again = submit(api, **{"Idempotency-Key": "k"}), submit(api, **{"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.get_json()["job_id"] == again.get_json()["job_id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    other = submit(api, {"topic": "Ganga"}, **{"Idempotency-Key": "k"})
    assert (other.status_code, other.mimetype) == (422, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b'{"topic": ""}', 400, "topic"),
        (b'{"topic": "x", "colour": 1, "language": "fr"}', 400, "colour"),
        (b'{"topic": "???"}', 400, "topic: has no word that can be said"),
        (b'{"prompt": "!!! ... "}', 400, "prompt: has no word that can be said"),
        (b'{"topic": "x", "voice": "elevenlabs/a1", "strict": true}', 400, "ELEVENLABS_API_KEY"),
        (b"{", 400, "ends too early"),
        (b"\xff\xfe", 400, "the body is empty"),
        (b"[" * 100_000, 400, "nested too deeply"),
        (b"topic=fox", 400, 'the body is a text and not JSON; send a JSON object, such as {"topic": "Prahlad"}'),
        (b'{"topic": "fox",\n}', 400, "in line 1: there is a comma before the closing"),
        (b'{"topic": "caf\xe9"}', 400, "UTF-8"),
        (b'{"topic": "a", "topic": "b"}', 400, 'the field "topic" twice'),
        (b"", 400, "JSON object"),
        (b'{"topic": "' + b"a" * 1_100_000 + b'"}', 413, "1048576"),
    ],
)
def test_a_wrong_body_gets_one_clear_problem(api: FlaskClient, body: bytes, status: int, says: str) -> None:
    answer = api.post("/render", data=body, headers={"X-Request-Id": "mine-1"})
    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert says in problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-Id"] == "mine-1"
    assert problem["instance"] == "/render"


def test_a_form_is_told_to_be_json(api: FlaskClient) -> None:
    answer = api.post("/render", data={"file": (BytesIO(b"x"), "a.mp4")})
    assert (answer.status_code, "POST /uploads first" in answer.get_json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "says"),
    [
        ("PUT", "/render", "/render takes GET and POST (got PUT)"),
        ("POST", "/api/metrics", "/api/metrics takes GET (got POST)"),
        ("GET", "/films", "there is nothing at /films; POST /render"),
        ("GET", "/api/films", "there is nothing at /api/films"),
    ],
)
def test_a_wrong_address_or_method_is_told_the_right_one(api: FlaskClient, method: str, path: str, says: str) -> None:
    assert says in api.open(path, method=method).get_json()["detail"]


def test_every_wrong_field_is_listed(api: FlaskClient) -> None:
    errors = submit(api, {"topic": "x", "colour": 1, "language": "tlh", "length_sec": 0}).get_json()["errors"]
    assert {e["path"] for e in errors} == {"colour", "language", "length_sec"}


@pytest.mark.parametrize("path", ["/render/job-none/status", "/render/job-none/file", "/nothing"])
def test_what_is_not_there_is_404(api: FlaskClient, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_an_unchanged_status_is_not_sent_again(api: FlaskClient) -> None:
    where = submit(api).headers["Location"]
    tag = api.get(where).headers["ETag"]
    assert api.get(where, headers={"If-None-Match": tag}).status_code == 304


def test_a_job_is_cancelled_once_and_not_after_its_end(api: FlaskClient) -> None:
    job_id = submit(api).get_json()["job_id"]
    assert api.delete(f"/render/{job_id}/cancel").status_code == 202
    again = api.delete(f"/render/{job_id}/cancel")
    assert (again.status_code, "already been cancelled" in again.get_json()["detail"]) == (409, True)
    assert api.get(f"/render/{job_id}/status").get_json()["state"] == "canceled"
    done = submit(api).get_json()["job_id"]
    finish(done)
    assert api.delete(f"/render/{done}/cancel").status_code == 409


def test_only_a_failed_job_is_retried(api: FlaskClient) -> None:
    job_id = submit(api).get_json()["job_id"]
    assert api.post(f"/render/{job_id}/retry").status_code == 202  # it is at work: nothing to do
    now = bootstrap.backend().clock.now()
    bootstrap.backend().jobs.update(job_id, lambda j: j.fail(JobFailure(stage="planning", cause="x"), now))
    assert api.get(f"/render/{job_id}/status").get_json()["error"]["cause"] == "x"
    assert api.post(f"/render/{job_id}/retry").get_json()["state"] == "pending"
    assert bootstrap.backend().jobs.get(job_id).state is JobState.PLANNING


def test_the_files_of_a_finished_job_can_be_had_in_parts(api: FlaskClient) -> None:
    job_id = submit(api).get_json()["job_id"]
    early = api.get(f"/render/{job_id}/file", buffered=True)
    assert (early.status_code, early.mimetype) == (409, "application/problem+json")
    finish(job_id)
    whole = api.get(f"/render/{job_id}/file", buffered=True)
    assert (whole.status_code, whole.mimetype, whole.data) == (200, "video/mp4", b"video.mp4" * 100)
    part = api.get(f"/render/{job_id}/file", headers={"Range": "bytes=9-17"}, buffered=True)
    assert (part.status_code, part.data) == (206, b"video.mp4")
    same = api.get(f"/render/{job_id}/file", headers={"If-None-Match": whole.headers["ETag"]}, buffered=True)
    assert same.status_code == 304
    captions = api.get(f"/render/{job_id}/file?kind=captions&lang=en&format=srt", buffered=True)
    assert captions.mimetype == "application/x-subrip"
    assert captions.headers["Content-Disposition"] == 'inline; filename="Prahlad, the Boy Who Was Not Afraid.en.srt"'
    saved = api.get(f"/render/{job_id}/file?download=1", buffered=True)
    assert saved.headers["Content-Disposition"] == 'attachment; filename="Prahlad, the Boy Who Was Not Afraid.mp4"'
    refused = api.get(f"/render/{job_id}/file?redirect=0", buffered=True)  # a video may be too large for a function
    assert (refused.status_code, refused.get_json()["errors"][0]["path"]) == (400, "redirect")
    assert api.get(f"/render/{job_id}/file?kind=captions&lang=hi", buffered=True).status_code == 404
    assert api.get(f"/render/{job_id}/file?kind=captions&lang=en&format=lrc", buffered=True).status_code == 404
    assert api.get(f"/render/{job_id}/file?kind=captions&lang=tlh", buffered=True).status_code == 400
    assert api.get(f"/render/{job_id}/file?kind=nonsense", buffered=True).status_code == 400
    assert api.get(f"/render/{job_id}/file?kind=audio&lang=en", buffered=True).status_code == 404
    assert api.get(f"/render/{job_id}/status").get_json()["audio_tracks"] == {}


def test_the_audio_of_each_language_is_a_file_of_its_own(api: FlaskClient) -> None:
    job_id = submit(api).get_json()["job_id"]
    finish(job_id)
    backend = bootstrap.backend()
    backend.blobs.put("x/audio.ta.m4a", b"tamil")
    job = backend.jobs.get(job_id)
    assert job.result
    result = job.result.evolve(audio={"en": "x/audio.en.m4a", "ta": "x/audio.ta.m4a"})
    backend.jobs.update(job_id, lambda current: (current.evolve(result=result), ()))
    tracks = api.get(f"/render/{job_id}/status").get_json()["audio_tracks"]
    assert list(tracks) == ["en", "ta"]
    answer = api.get(tracks["ta"], buffered=True)
    assert (answer.mimetype, answer.data) == ("audio/mp4", b"tamil")
    assert answer.headers["Content-Disposition"].endswith('Afraid.ta.m4a"')
    assert list_result_files(result)["audio.ta.m4a"] == "x/audio.ta.m4a"
    for lang, status in (("hi", 404), ("", 400)):
        assert api.get(f"/render/{job_id}/file?kind=audio&lang={lang}", buffered=True).status_code == status


def test_health_touches_nothing(api: FlaskClient) -> None:
    assert api.get("/healthz").get_json() == {"status": "ok"}
    assert bootstrap.backend.cache_info().currsize == 0


def test_readiness_names_each_check(api: FlaskClient) -> None:
    answer = api.get("/readyz")
    assert answer.status_code == 200, answer.get_json()
    assert {"store", "disk", "ffmpeg", "fonts", "voice hi F"} <= set(answer.get_json()["checks"])


def test_readiness_fails_when_something_is_missing(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    answer = api.get("/readyz")
    assert answer.status_code == 503
    missing = {name: check for name, check in answer.get_json()["checks"].items() if not check["ok"]}
    assert {"ffmpeg", "encoder"} <= set(missing)
    assert "apt-get install" in missing["ffmpeg"]["advice"]


@pytest.mark.usefixtures("fresh_operations")
def test_the_metrics_count_each_job_once(api: FlaskClient) -> None:
    assert api.get("/metrics").get_json()["success_rate"] == 1
    job_ids = [submit(api, {"topic": f"Tea {n}"}).get_json()["job_id"] for n in range(3)]
    finish(job_ids[0])
    for _ in range(2):
        api.delete(f"/render/{job_ids[1]}/cancel")
    backend = bootstrap.backend()
    backend.jobs.update(job_ids[2], lambda j: j.fail(JobFailure(stage="plan", cause="x"), backend.clock.now()))
    answer = api.get("/metrics").get_json()
    assert {name: answer[name] for name in answer if name.startswith("jobs_")} == {
        "jobs_started": 3,
        "jobs_completed": 1,
        "jobs_failed": 1,
        "jobs_canceled": 1,
    }
    assert (answer["success_rate"], answer["plan_errors"], answer["render_errors"]) == (0.5, 1, 0)
    assert answer["total_duration_seconds"] > 0
