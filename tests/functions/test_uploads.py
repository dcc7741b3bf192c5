"""Test uploads through functions-framework, on the real local backend."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from functions.api.app import MAX_BODY_BYTES
from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.jobs.messages import PlanRender, ProduceAsset
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import MAX_BYTES
from sutradhar.pipeline import api_keys
from tests.waiting import wait_until


def make_image(width: int = 320) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, 200), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def api(api: FlaskClient) -> Iterator[FlaskClient]:
    """Return the API while a worker checks the uploads."""
    with local_runtime.run_worker():
        yield api


def announce(api: FlaskClient, data: bytes, **changes: Any) -> Any:
    body = {"filename": "beach.png", "content_type": "image/png", "size": len(data), **changes}
    return api.post("/uploads", data=json.dumps(body))


def send(api: FlaskClient, data: bytes, **changes: Any) -> str:
    """Create an upload, send its bytes, and return its id."""
    created = announce(api, data, **changes).get_json()
    assert api.put(f"/uploads/{created['upload_id']}/bytes", data=data, headers=created["headers"]).status_code == 204
    return str(created["upload_id"])


def test_a_file_is_announced_sent_and_checked(api: FlaskClient) -> None:
    data = make_image()
    answer = announce(api, data)
    created = answer.get_json()
    assert (answer.status_code, created["method"]) == (201, "PUT")
    assert created["url"].endswith(f"/uploads/{created['upload_id']}/bytes")
    assert created["expires_at"] > bootstrap.backend().clock.now().isoformat()
    early = api.post(f"/uploads/{created['upload_id']}/complete")
    assert (early.status_code, early.get_json()["errors"][0]["message"]) == (400, "nothing was sent to its URL yet")
    assert api.get(answer.headers["Location"]).get_json()["state"] == "pending"
    assert api.put(f"/api/uploads/{created['upload_id']}/bytes", data=data).status_code == 204
    first, again = (api.post(f"/uploads/{created['upload_id']}/complete") for _ in range(2))
    assert (first.status_code, first.get_json()) == (200, again.get_json())
    assert (
        first.get_json()["state"],
        first.get_json()["kind"],
        first.get_json()["width"],
        first.get_json()["height"],
    ) == (
        "ready",
        "image",
        320,
        200,
    )
    assert api.get("/uploads").get_json()["uploads"] == [first.get_json()]
    assert api.put(f"/uploads/{created['upload_id']}/bytes", data=data).status_code == 409


def test_a_file_may_be_larger_than_any_other_body(api: FlaskClient) -> None:
    data = make_image(3000)
    assert len(data) > MAX_BODY_BYTES
    upload_id = send(api, data)
    assert api.post(f"/uploads/{upload_id}/complete").get_json()["width"] == 3000
    assert api.post("/render", data=data).status_code == 413
    # the API reads no byte of a body that is far too large
    answer = api.put(f"/uploads/{upload_id}/bytes", environ_overrides={"CONTENT_LENGTH": str(MAX_BYTES + 1)})
    assert (answer.status_code, str(MAX_BYTES) in answer.get_json()["detail"]) == (413, True)


def test_a_file_that_is_no_media_is_refused_and_deleted(api: FlaskClient) -> None:
    upload_id = send(api, b"I am a film " * 50, filename="film.mp4", content_type="video/mp4")
    answer = api.post(f"/uploads/{upload_id}/complete")
    assert answer.status_code == 400
    assert "film.mp4 is a text file" in answer.get_json()["detail"]
    # the worker stores the reason first and then deletes the file
    wait_until(lambda: not bootstrap.backend().blobs.exists(f"uploads/{upload_id}"))
    # the reason stays
    again, shown = api.post(f"/uploads/{upload_id}/complete"), api.get(f"/uploads/{upload_id}").get_json()
    assert (again.status_code, again.get_json()["detail"]) == (400, answer.get_json()["detail"])
    assert (shown["state"], shown["status"]) == ("refused", "refused")
    assert shown["reason"] in answer.get_json()["detail"]
    assert api.get("/uploads").get_json()["uploads"] == [shown]
    assert api.put(f"/uploads/{upload_id}/bytes", data=b"I am a film " * 50).status_code == 409
    body = {"title": "x", "scenes": [{"duration_sec": 2, "clip": {"upload": upload_id}}]}
    assert "film.mp4 was refused: it is a text file" in api.post("/render", data=json.dumps(body)).get_json()["detail"]


def test_bytes_of_another_length_than_announced_are_refused(api: FlaskClient) -> None:
    created = announce(api, b"12345").get_json()
    answer = api.put(f"/uploads/{created['upload_id']}/bytes", data=b"123456")
    assert (answer.status_code, answer.get_json()["errors"][0]["path"]) == (400, "Content-Length")
    assert not bootstrap.backend().blobs.exists(f"uploads/{created['upload_id']}")
    assert api.put("/uploads/up-0000000000000000/bytes", data=b"1").status_code == 404


def test_bytes_that_belong_to_the_bucket_are_refused_with_the_place_to_send_them(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Google Cloud ``api`` may add files and replace none, so a second PUT would fail in the bucket."""
    created = announce(api, b"12345").get_json()
    monkeypatch.setattr(FileBlobStore, "has_upload_urls", True)
    for _ in range(2):
        answer = api.put(f"/uploads/{created['upload_id']}/bytes", data=b"12345")
        assert (answer.status_code, "send them to the url" in answer.get_json()["detail"]) == (409, True)
    assert not bootstrap.backend().blobs.exists(f"uploads/{created['upload_id']}")


def test_all_uploads_are_listed_page_by_page(api: FlaskClient) -> None:
    backend = bootstrap.backend()
    asha, ravi = (api_keys.create(backend.records, backend.clock, name)[1] for name in ("asha", "ravi"))

    def call(key: str, path: str) -> Any:
        return api.get(path, headers={"X-API-Key": key}).get_json()

    body = json.dumps({"filename": "a.png", "size": 5})
    ids = [api.post("/uploads", data=body, headers={"X-API-Key": asha}).get_json()["upload_id"] for _ in range(103)]
    api.post("/uploads", data=body, headers={"X-API-Key": ravi})
    first = call(asha, "/uploads")
    assert (len(first["uploads"]), first["has_more"]) == (100, True)
    last = call(asha, f"/uploads?after={first['next']}&limit=50")
    assert (last["has_more"], last["next"]) == (False, None)
    assert [one["upload_id"] for one in (*first["uploads"], *last["uploads"])] == ids[::-1]
    assert len(call(ravi, "/uploads")["uploads"]) == 1
    assert call(asha, "/uploads?after=none")["errors"][0]["path"] == "after"
    assert call(asha, "/uploads?limit=101")["errors"][0]["path"] == "limit"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"size": MAX_BYTES + 1}, "size"),
        ({"size": 0}, "size"),
        ({"size": "12"}, "size"),
        ({"filename": ""}, "filename"),
        ({"content_type": "video"}, "content_type"),
        ({"url": "http://localhost"}, "url"),
    ],
)
def test_a_wrong_announcement_names_the_field(api: FlaskClient, changes: dict[str, Any], path: str) -> None:
    answer = announce(api, b"12345", **changes)
    assert (answer.status_code, [error["path"] for error in answer.get_json()["errors"]]) == (400, [path])


def test_a_plan_may_name_only_ready_files_of_the_right_kind(api: FlaskClient) -> None:
    ready, pending = send(api, make_image()), send(api, make_image())
    api.post(f"/uploads/{ready}/complete")
    unknown = "up-0123456789abcdef"

    def request_video(**scene: Any) -> Any:
        body = {"title": "x", "scenes": [{"duration_sec": 2, **scene}], "music": {"upload": unknown}}
        return api.post("/render", data=json.dumps(body))

    wrong = {error["path"]: error["message"] for error in request_video(clip={"upload": ready}).get_json()["errors"]}
    assert wrong["scenes[0].clip.upload"] == "must be a video; beach.png is an image; name it as image instead"
    assert "send it first" in wrong["music.upload"]
    wrong = {error["path"]: error["message"] for error in request_video(image={"upload": pending}).get_json()["errors"]}
    assert "is not complete" in wrong["scenes[0].image.upload"]
    for scene in ({}, {"image": {"upload": ready}, "image_prompt": "a river"}):
        answer = request_video(**scene)
        assert "a scene shows one thing" in answer.get_json()["errors"][0]["message"]
    assert request_video(image={"upload": "../x"}).get_json()["errors"][0]["path"] == "scenes[0].image.upload"


def test_the_same_file_imported_twice_is_one_upload(home: Path, tmp_path: Path) -> None:
    from sutradhar.pipeline.upload_records import list_uploads
    from sutradhar.pipeline.uploads import import_file

    (tmp_path / "beach.png").write_bytes(make_image())
    services = bootstrap.services()
    assert import_file(services, tmp_path / "beach.png") == import_file(services, tmp_path / "beach.png")
    assert len(list_uploads(services).records) == 1


def test_the_error_about_a_deleted_file_names_the_file(home: Path, tmp_path: Path) -> None:
    from sutradhar.pipeline.handle import handle
    from sutradhar.pipeline.submit import submit
    from sutradhar.pipeline.uploads import import_file

    (tmp_path / "beach.png").write_bytes(make_image())
    services = bootstrap.services()
    upload = import_file(services, tmp_path / "beach.png")
    plan = RenderPlan.parse({"scenes": [{"image": upload.id, "duration_sec": 2}], "music": False})
    job, _ = submit(services, plan)
    handle(services, PlanRender(job_id=job.id))
    services.blobs.delete(upload.blob)
    handle(services, ProduceAsset(job_id=job.id, slot=Slot.image(0)))
    error = services.jobs.get(job.id).error
    assert error
    assert error.cause == "the file beach.png cannot be used: it is no longer kept"
    assert error.advice == "send the file again and name the new upload in a new job"
