"""The calls of clients of the systems that ours replaces work as they were written, against a real server, by curl.

Only host and port differ. Each call works with and without the prefix ``/api``.
"""

from collections.abc import Iterator

import pytest

from tests.e2e.served import CurlAnswer, ServedApi, serve

UNLIMITED = {"RATE_LIMIT_PER_MIN": "10000", "MAX_ACTIVE_JOBS": "1000"}
PREFIXES = ("", "/api")
PNG = "ffmpeg -v error -f lavfi -i color=red:s=640x360 -frames:v 1 -y image1.jpg"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    with serve(tmp_path_factory.mktemp("clients"), UNLIMITED) as served_api:
        yield served_api


def call(api: ServedApi, prefix: str, words: str) -> CurlAnswer:
    """Call by curl as a client does; ``words`` begins with the path, and options follow."""
    path, _, options = words.partition(" ")
    method, _, path = path.rpartition(":")
    command = f"curl {f'-X {method} ' if method else ''}'{api.url}{prefix}{path}' {options}"
    answer = api.run(command)
    assert answer.code == 0, (command, answer)
    return answer


def post(api: ServedApi, prefix: str, path: str, body: str) -> CurlAnswer:
    return call(api, prefix, f"POST:{path} -H 'Content-Type: application/json' -d '{body}'")


def submit(api: ServedApi, prefix: str) -> str:
    answer = post(api, prefix, "/v1/jobs", '{"prompt":"A test video generation prompt"}')
    assert answer.status == 202, answer
    assert answer.json["id"] == answer.json["job_id"]
    return str(answer.json["id"])


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_smoke_call_takes_images_by_their_names(api: ServedApi, prefix: str) -> None:
    body = '{"topic":"test","images":["image1.jpg"],"duration":10}'
    unknown = post(api, prefix, "/render", body.replace("image1", f"image{len(prefix)}-none"))
    assert unknown.status == 400
    assert "POST /uploads" in unknown.body
    api.run(PNG)
    size = (api.folder / "image1.jpg").stat().st_size
    announced = post(
        api, prefix, "/uploads", f'{{"filename":"image1.jpg","content_type":"image/jpeg","size":{size}}}'
    ).json
    assert api.run(f"curl -T image1.jpg '{announced['url']}'").status == 204
    assert call(api, prefix, f"POST:/uploads/{announced['upload_id']}/complete").status == 200
    accepted = post(api, prefix, "/render", body)
    assert accepted.status == 202, accepted
    job = accepted.json["job_id"]
    assert call(api, prefix, f"DELETE:/render/{job}/cancel").status == 202


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_job_of_a_prompt_is_asked_for_under_every_path(api: ServedApi, prefix: str) -> None:
    job = submit(api, prefix)
    for path in (f"/render/{job}/status", f"/status/{job}", f"/v1/jobs/{job}"):
        status = call(api, prefix, path)
        assert (status.status, status.json["job_id"]) == (200, job), path
        assert status.json["created_at"].endswith("Z")
        assert {"state", "step", "progress_pct", "dual_subtitles", "thumbnail_url", "logs", "error"} <= set(status.json)
    assert call(api, prefix, f"DELETE:/render/{job}/cancel").status == 202
    assert call(api, prefix, f"/render/{job}/status").json["state"] == "canceled"
    other = submit(api, prefix)
    assert call(api, prefix, f"POST:/v1/jobs/{other}/cancel").status == 202


@pytest.mark.parametrize("prefix", PREFIXES)
def test_templates_become_plans(api: ServedApi, prefix: str) -> None:
    listed = call(api, prefix, "/templates").json["templates"]
    assert {"id", "title", "description", "tags"} <= set(listed[0])
    body = '{"template_id":"prahlad","language":"en","length_sec":60,"voice":"F"}'
    plan = post(api, prefix, "/templates/plan", body)
    assert plan.status == 200
    assert (plan.json["language"], plan.json["voice"], len(plan.json["scenes"]) > 1) == ("en", "F", True)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_library_and_its_duplicates(api: ServedApi, prefix: str) -> None:
    job = submit(api, prefix)
    page = call(api, prefix, "/library?page=1&page_size=20&state=success&language=en")
    assert (page.status, page.json["page"], page.json["has_more"]) == (200, 1, False)
    newest = call(api, prefix, "/library?page=1&page_size=20").json["entries"][0]
    assert newest["job_id"] == job
    assert {"title", "state", "final_video_url", "thumbnail_url", "youtube_url", "created_at"} <= set(newest)
    copy = call(api, prefix, f"POST:/library/{job}/duplicate")
    assert (copy.status, copy.json["prompt"]) == (200, "A test video generation prompt")
    call(api, prefix, f"DELETE:/render/{job}/cancel")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    "path",
    ["/healthz", "/readyz", "/health", "/ready", "/status", "/metrics", "/metrics/prometheus", "/docs", "/render"],
)
def test_probes_and_scrapers_get_their_answers(api: ServedApi, prefix: str, path: str) -> None:
    answer = call(api, prefix, path)
    assert answer.status == 200, answer
    if path not in ("/docs", "/metrics/prometheus"):
        assert isinstance(answer.json, dict)
