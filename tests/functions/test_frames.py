"""Preview frames over HTTP: the function ``frame`` runs in a process of its own, as `sutradhar serve` starts it."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from functions.dev.emulated_cloud.emulators import find_free_port
from gpu_renderer.core.segments import build_segment
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.video.frame_choice import FrameChoice
from sutradhar.pipeline.dispatch import build_render_request
from sutradhar.pipeline.frames import lay_out_frame
from sutradhar.pipeline.handle import fail_job
from tests.conftest import forget
from tests.function_client import open_client
from tests.function_server import start_function
from tests.functions.worker import work

SCENES: list[dict[str, Any]] = [
    {"narration": "Tea is hot.", "image_prompt": "a cup of tea", "translations": {"hi": "चाय गरम है।"}},
    {"narration": "Tea is good.", "image_prompt": "a tea garden", "title": "Gardens"},
]
PLAN: dict[str, Any] = {
    "review": True,
    "title": "Tea",
    "music": False,
    "render": {"mode": "PROXY"},
    "scenes": SCENES,
}

FOREIGN = {"image": {"upload": "up-0123456789abcdef"}, "duration_sec": 2}
"""A scene with an upload that the caller does not have."""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The function ``api``, which finds the function ``frame`` at FRAME_URL."""
    home = tmp_path_factory.mktemp("home")
    with start_function({**os.environ, "SUTRADHAR_HOME": str(home)}, "frame") as server:
        server.wait()
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setenv("SUTRADHAR_HOME", str(home))
            monkeypatch.setenv("FRAME_URL", server.url)
            forget()
            yield open_client("api")
            bootstrap.backend().close()
    forget()


def make_job(api: FlaskClient, **changes: Any) -> str:
    return str(api.post("/render", json={**PLAN, **changes}).get_json()["job_id"])


@pytest.fixture(scope="module")
def waiting(api: FlaskClient) -> str:
    """The path of the frames of a job that waits for approval: its narrations are made, its images are not."""
    scenes = [{**scene, "image_prompt": f"{scene['image_prompt']} of its own"} for scene in SCENES]
    job_id = make_job(api, scenes=scenes)
    assert work(job_id).state is JobState.AWAITING_APPROVAL
    return f"/render/{job_id}/frame"


@pytest.fixture(scope="module")
def complete(api: FlaskClient) -> str:
    """The path of the frames of a job whose assets are all made."""
    job_id = make_job(api, review=False)
    assert work(job_id).state is JobState.RENDERING
    return f"/render/{job_id}/frame"


def ask(api: FlaskClient, path: str, body: object) -> Any:
    return api.post(path, data=json.dumps(body), content_type="application/json")


def read_size(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


def test_a_frame_of_a_job_that_waits_for_approval(api: FlaskClient, waiting: str) -> None:
    answer = api.get(f"{waiting}?scene=1")
    assert (answer.status_code, answer.mimetype, read_size(answer.data)) == (200, "image/jpeg", (1280, 720))
    facts = answer.headers
    assert (facts["Frame-Missing"], facts["Frame-Scene"]) == ("scene-00-image, scene-01-image", "1")
    assert float(facts["Scene-Start"]) < float(facts["Frame-Time"]) < float(facts["Scene-End"])
    assert facts["Scene-End"] == facts["Video-Length"]
    assert int(facts["Frame-Number"]) == round(float(facts["Frame-Time"]) * 30)


def test_the_images_are_shown_as_soon_as_they_are_made(api: FlaskClient, complete: str, waiting: str) -> None:
    answer = api.get(f"{complete}?at=1")
    assert (answer.status_code, answer.headers["Frame-Missing"]) == (200, "")
    assert answer.data != api.get(f"{waiting}?at=1").data


def test_each_frame_is_laid_out_as_the_render_will_be(complete: str) -> None:
    """Each frame shows the same part of the timeline that dispatch gives to the renderer."""
    services, job_id = bootstrap.services(), complete.split("/")[2]
    job = services.jobs.get(job_id)
    rendered = build_render_request(job).timeline
    for number in range(rendered.frames):
        layout = lay_out_frame(services, job, job.current_plan, FrameChoice(frame=number))
        assert build_segment(layout.timeline, number, number + 1) == build_segment(rendered, number, number + 1), number
    for scene in (0, 1):
        layout = lay_out_frame(services, job, job.current_plan, FrameChoice(scene=scene))
        assert layout.timeline.burned_captions or layout.timeline.titles


def test_time_number_and_scene_name_the_same_frame(api: FlaskClient, complete: str) -> None:
    start = float(api.get(f"{complete}?scene=1").headers["Scene-Start"])
    queries = [f"at={start + 1}", f"frame={round((start + 1) * 30)}", "scene=1&at=1"]
    answers = [api.get(f"{complete}?{query}") for query in queries]
    assert len({answer.data for answer in answers}) == len({answer.headers["ETag"] for answer in answers}) == 1


def test_a_known_frame_is_not_sent_again(api: FlaskClient, complete: str) -> None:
    first = api.get(f"{complete}?at=1&width=320")
    again = api.get(f"{complete}?at=1&width=320", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Frame-Number"] == "30"
    other = api.get(f"{complete}?at=1.1&width=320", headers={"If-None-Match": first.headers["ETag"]})
    assert (other.status_code, read_size(other.data)) == (200, (320, 180))


def test_a_png_shows_each_pixel(api: FlaskClient, complete: str) -> None:
    answer = api.get(f"{complete}?at=1&format=png")
    assert (answer.mimetype, read_size(answer.data)) == ("image/png", (1280, 720))


def test_the_captions_may_be_of_another_language(api: FlaskClient, complete: str) -> None:
    images = {api.get(f"{complete}?at=1&language={language}").data for language in ("en", "none")}
    assert len(images) == 2
    assert api.get(f"{complete}?at=1").data in images
    assert api.get(f"{complete}?at=1&language=hi").data in images  # only one scene has a translation


def test_a_patch_shows_at_once_and_changes_nothing(api: FlaskClient, complete: str) -> None:
    before = api.get(f"{complete}?scene=1")
    patch = {"scenes": [{"index": 1, "title": "Another title"}]}
    changed = ask(api, complete, {"scene": 1, "patch": patch})
    assert (changed.status_code, changed.headers["Frame-Missing"]) == (200, "")
    assert changed.headers["Frame-Number"] == before.headers["Frame-Number"]
    assert changed.data != before.data
    assert (
        ask(api, complete, {"scene": 0, "patch": patch}).headers["ETag"]
        == api.get(f"{complete}?scene=0").headers["ETag"]
    )
    assert api.get(f"{complete}?scene=1").headers["ETag"] == before.headers["ETag"]


def test_new_words_get_their_estimated_length(api: FlaskClient, complete: str) -> None:
    before = float(api.get(f"{complete}?scene=0").headers["Scene-End"])
    words = "Tea is hot, and so it is drunk slowly, in the shade of a large tree."
    changed = ask(api, complete, {"scene": 0, "patch": {"scenes": [{"index": 0, "narration": words}]}})
    assert changed.headers["Frame-Missing"] == "scene-00-narration"
    assert before + 2 < float(changed.headers["Scene-End"]) < before + 6


def test_another_plan_keeps_what_is_made_for_it(api: FlaskClient, complete: str) -> None:
    scenes = [{**SCENES[1], "title": ""}, {**SCENES[0], "image_prompt": "a blue cup"}, {"image_prompt": "x"}]
    plan = {**PLAN, "scenes": [{key: value for key, value in scene.items() if value} for scene in scenes]}
    plan["render"] = {"mode": "PROXY", "caption_style": "highlight"}
    plan["scenes"][2]["duration_sec"] = 2
    answer = ask(api, complete, {"scene": 2, "plan": plan})
    assert answer.status_code == 200, answer.get_json()
    assert answer.headers["Frame-Missing"] == "scene-00-image, scene-01-image, scene-02-image"


def test_a_plan_that_is_no_job_yet_has_frames(api: FlaskClient, complete: str) -> None:
    """It shows what another job has made for the same words and images; the rest is missing."""
    answer = ask(api, "/plan/frame", {"scene": 1, "plan": PLAN})
    assert (answer.status_code, answer.headers["Frame-Missing"]) == (200, "")
    assert answer.data == api.get(f"{complete}?scene=1").data
    other = {**PLAN, "scenes": [{"narration": "Coffee.", "image_prompt": "a mug", "title": "Coffee"}]}
    answer = ask(api, "/plan/frame", {"plan": other, "width": 320})
    assert answer.headers["Frame-Missing"] == "scene-00-image, scene-00-narration"
    for body, path in (
        ({}, "plan"),
        ({"plan": {**PLAN, "scenes": [FOREIGN]}}, "plan.scenes[0].image.upload"),
        ({"plan": PLAN, "scene": 9}, "scene"),
    ):
        refused = ask(api, "/plan/frame", body)
        assert (refused.status_code, refused.get_json()["errors"][0]["path"]) == (400, path)
    assert ask(api, "/plan/frame", {"plan": {"topic": "tea"}}).status_code == 409


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"at": -1}, "at"),
        ({"at": "soon"}, "at"),
        ({"at": 1000}, "at"),
        ({"frame": 100_000}, "frame"),
        ({"frame": 1, "at": 1}, "frame"),
        ({"scene": 2}, "scene"),
        ({"scene": 0, "at": 100}, "at"),
        ({"width": 1}, "width"),
        ({"format": "gif"}, "format"),
        ({"language": "tlh"}, "language"),
        ({"when": 1}, "when"),
        ({"patch": {"scenes": [{"index": 9}]}}, "patch.scenes[0].index"),
        ({"patch": {"scenes": [{"index": 0, "titel": "x"}]}}, "patch.scenes[0].titel"),
        ({"patch": []}, "patch"),
        ({"plan": {"scenes": [{"narration": "x"}]}}, "plan.scenes[0]"),
        ({"plan": {**PLAN, "scenes": [FOREIGN]}}, "plan.scenes[0].image.upload"),
        ({"patch": {"scenes": [{"index": 0, "image": FOREIGN["image"]}]}}, "patch.scenes[0].image.upload"),
        ({"plan": PLAN, "patch": {"title": "x"}}, "patch"),
        ([], ""),
        (None, ""),
    ],
)
def test_a_wrong_request_names_its_field(api: FlaskClient, complete: str, body: object, path: str) -> None:
    answer = ask(api, complete, body)
    assert answer.status_code == 400, answer.data[:200]
    assert [error["path"] for error in answer.get_json()["errors"]] == [path]
    if isinstance(body, dict) and not {"plan", "patch", "when"} & set(body):
        query = "&".join(f"{name}={value}" for name, value in body.items())
        assert api.get(f"{complete}?{query}").status_code == 400


def test_a_plan_without_scenes_is_a_conflict(api: FlaskClient) -> None:
    job_id = str(api.post("/render", json={"topic": "tea"}).get_json()["job_id"])
    answer = api.get(f"/render/{job_id}/frame?at=1")
    assert (answer.status_code, "no scenes yet" in answer.get_json()["detail"]) == (409, True)
    patched = ask(api, f"/render/{job_id}/frame", {"patch": {"title": "x"}})
    assert patched.status_code == 409


def test_a_failed_and_a_canceled_job_still_show_their_frames(api: FlaskClient) -> None:
    job_id = make_job(api, review=False)
    job = work(job_id)
    fail_job(bootstrap.services(), job.pending_messages()[0], RuntimeError("no"))
    assert bootstrap.services().jobs.get(job_id).state is JobState.FAILED
    assert api.get(f"/render/{job_id}/frame?at=1").headers["Frame-Missing"] == ""
    early = make_job(api, review=False, title="Early")
    cancelled = api.delete(f"/render/{early}/cancel")
    assert cancelled.status_code == 202
    assert api.get(f"/render/{early}/frame?scene=1").status_code == 200


def test_a_function_that_is_down_gives_503_with_advice(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAME_URL", f"http://127.0.0.1:{find_free_port()}")
    forget()
    api = open_client("api")
    job_id = make_job(api)
    down = api.get(f"/render/{job_id}/frame?at=1")
    assert (down.status_code, down.headers["Retry-After"]) == (503, "2")
    assert "try again" in down.get_json()["detail"]
    monkeypatch.delenv("FRAME_URL")
    forget()
    unset = api.get(f"/render/{job_id}/frame?at=1")
    assert (unset.status_code, "FRAME_URL" in unset.get_json()["detail"]) == (503, True)


def test_the_function_gets_a_token_and_the_id_of_the_request(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Google Cloud only the account of api may call it."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(403, text="Forbidden")

    monkeypatch.setattr(bootstrap, "fetch_identity_token", lambda url: f"token for {url}")
    client = httpx.Client(transport=httpx.MockTransport(answer))
    monkeypatch.setattr("functions.api.frame_client._open_client", lambda: client)
    refused = api.get(f"/render/{make_job(api)}/frame?at=1", headers={"X-Request-Id": "r-1"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    (request,) = sent
    url = bootstrap.settings().api.frame_url
    assert request.headers["Authorization"] == f"Bearer token for {url}"
    assert (request.headers["X-Request-Id"], str(request.url).rstrip("/")) == ("r-1", url)


def test_the_function_takes_json_of_its_version_only(home: Path) -> None:
    frame = open_client("frame")
    assert frame.post("/", data="{}").status_code == 415
    wrong = frame.post("/", json={"timeline": {}})
    assert (wrong.status_code, "same version" in wrong.get_json()["advice"]) == (400, True)
    assert frame.get("/").get_json() == {"status": "ok"}


def test_a_plan_is_shown_in_a_brand_that_is_not_stored(api: FlaskClient) -> None:
    plan = {**PLAN, "scenes": SCENES[1:]}
    usual, branded = (
        ask(api, "/plan/frame", {"plan": plan, "scene": 0, "width": 320, **more})
        for more in ({}, {"brand": {"colors": {"text": "#00FF00"}, "watermark": ""}})
    )
    assert (usual.status_code, branded.status_code) == (200, 200), branded.get_json()
    assert usual.headers["ETag"] != branded.headers["ETag"]
    images = [Image.open(io.BytesIO(one.data)) for one in (usual, branded)]
    greens = [sum(g > r + 60 for r, g, _ in np.asarray(image, np.int16).reshape(-1, 3).tolist()) for image in images]
    assert greens[1] > greens[0] + 100
    for brand, path in (
        ({"colour": 1}, "brand.colour"),
        ({"logo": FOREIGN["image"]}, "brand.logo.upload"),
        ([], "brand"),
    ):
        refused = ask(api, "/plan/frame", {"plan": plan, "brand": brand}).get_json()
        assert [error["path"] for error in refused["errors"]] == [path]
    unknown = ask(api, "/plan/frame", {"plan": {**plan, "brand": "none"}}).get_json()
    assert [error["path"] for error in unknown["errors"]] == ["plan.brand"]
