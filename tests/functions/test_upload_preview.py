"""A page shows a small image of each upload, also of a file that no browser can show."""

import io

import pillow_heif
import pytest
from flask.testing import FlaskClient
from PIL import Image

from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.jobs.messages import DeleteUpload
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.retention_plan import _list_stock
from sutradhar.pipeline.upload_deletion import delete_upload
from sutradhar.providers.media.upload_reader import MediaFiles
from tests.functions.test_uploads import make_image, send


def make_heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.linear_gradient("L").convert("RGB").resize((1200, 900))).save(out)
    return out.getvalue()


def test_a_heic_has_an_image_that_browsers_show(api: FlaskClient) -> None:
    with local_runtime.run_worker():
        upload_id = send(api, make_heic(), filename="IMG_1.HEIC", content_type="")
        early = api.get(f"/uploads/{upload_id}/preview")
        assert (early.status_code, "IMG_1.HEIC, which is pending" in early.get_json()["detail"]) == (404, True)
        upload = api.post(f"/api/uploads/{upload_id}/complete").get_json()
    assert upload["preview_url"].endswith(f"/api/uploads/{upload_id}/preview")
    answer = api.get(f"/uploads/{upload_id}/preview")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert Image.open(io.BytesIO(answer.data)).size == (512, 384)
    assert (
        api.get(f"/uploads/{upload_id}/preview", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )


def test_a_file_without_a_image_is_as_good(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise InvalidRequest([])

    monkeypatch.setattr(MediaFiles, "draw_preview", fail)
    with local_runtime.run_worker():
        upload_id = send(api, make_image())
        upload = api.post(f"/uploads/{upload_id}/complete").get_json()
    assert (upload["state"], upload["preview_url"]) == ("ready", None)
    assert api.get(f"/uploads/{upload_id}/preview").status_code == 404


def test_the_image_goes_with_its_upload(api: FlaskClient) -> None:
    with local_runtime.run_worker():
        upload_id = send(api, make_image())
        assert api.post(f"/uploads/{upload_id}/complete").status_code == 200
    blobs = bootstrap.backend().blobs
    assert blobs.exists(f"uploads/previews/{upload_id}/image.webp")
    assert _list_stock(blobs.list("uploads/"))[upload_id].files == 2
    assert api.delete(f"/uploads/{upload_id}").status_code == 204
    assert api.get(f"/uploads/{upload_id}/preview").status_code == 404
    delete_upload(bootstrap.services(), DeleteUpload(upload_id=upload_id))
    assert list(blobs.list("uploads/")) == []


def test_a_bucket_sends_the_image_itself(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with local_runtime.run_worker():
        upload_id = send(api, make_image())
        assert api.post(f"/uploads/{upload_id}/complete").status_code == 200
    blobs = bootstrap.backend().blobs
    monkeypatch.setattr(type(blobs), "url", lambda _self, name, *_: f"https://storage.example.com/{name}?signature")
    answer = api.get(f"/uploads/{upload_id}/preview")
    place = f"https://storage.example.com/uploads/previews/{upload_id}/image.webp?signature"
    assert (answer.status_code, answer.headers["Location"]) == (302, place)


def test_another_callers_image_is_not_there(api: FlaskClient) -> None:
    backend = bootstrap.backend()
    asha, ravi = (api_keys.create(backend.records, backend.clock, name)[1] for name in ("asha", "ravi"))
    with local_runtime.run_worker():
        data = make_image()
        body = {"filename": "a.png", "size": len(data)}
        upload_id = api.post("/uploads", json=body, headers={"X-API-Key": asha}).get_json()["upload_id"]
        api.put(f"/uploads/{upload_id}/bytes", data=data, headers={"X-API-Key": asha})
        api.post(f"/uploads/{upload_id}/complete", headers={"X-API-Key": asha})
    answers = [api.get(f"/uploads/{upload_id}/preview", headers={"X-API-Key": key}) for key in (asha, ravi)]
    assert [answer.status_code for answer in answers] == [200, 404]
