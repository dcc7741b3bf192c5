"""A caller deletes an upload: it is gone at once, and its file as soon as a worker comes to it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.core.errors import LeaseHeld
from sutradhar.domain.jobs.messages import CheckUpload, DeleteUpload
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import sweep, upload_check
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.handle import handle_dead_letter, note_failure
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.upload_records import UPLOADS, list_uploads
from sutradhar.pipeline.uploads import import_file
from tests.functions.test_upload_check import deliver, is_stored, make_photo, request_video, send, take_messages


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the API answer without waiting for a check."""
    monkeypatch.setattr(upload_check, "CHECK_WAIT_SEC", 0.0)
    yield
    bootstrap.services.cache_clear()


def send_checked(api: FlaskClient) -> str:
    upload_id = send(api, make_photo())
    api.post(f"/uploads/{upload_id}/complete")
    take_messages()
    assert deliver(CheckUpload(upload_id=upload_id)) == 200
    return upload_id


def is_recorded(upload_id: str) -> bool:
    return bool(bootstrap.backend().documents.get_many(UPLOADS, [upload_id]))


def test_an_upload_is_gone_at_once_and_its_file_soon(api: FlaskClient) -> None:
    upload_id, other = send_checked(api), send_checked(api)
    for _ in range(2):  # a repeat orders it again
        answer = api.delete(f"/api/uploads/{upload_id}")
        assert (answer.status_code, answer.data) == (204, b"")
        assert api.get(f"/uploads/{upload_id}").status_code == 404
        assert [one["upload_id"] for one in api.get("/uploads").get_json()["uploads"]] == [other]
        assert "there is no upload" in request_video(api, upload_id).get_json()["detail"]
        assert api.put(f"/uploads/{upload_id}/bytes", data=make_photo()).status_code == 404
        assert api.post(f"/uploads/{upload_id}/complete").status_code == 404
    assert take_messages() == [DeleteUpload(upload_id=upload_id)]  # the queue keeps equal messages once
    for _ in range(2):
        assert deliver(DeleteUpload(upload_id=upload_id)) == 200
        assert (is_stored(upload_id), is_recorded(upload_id)) == (False, False)
    assert (is_stored(other), is_recorded(other)) == (True, True)
    assert api.delete(f"/uploads/{upload_id}").status_code == 404
    entries = bootstrap.backend().documents.list(AUDIT).records
    deletions = [entry.facts for entry in entries if entry.action == "delete_upload"]
    assert deletions == [{"upload_id": upload_id}] * 2


def test_an_upload_that_a_job_uses_stays_until_the_job_has_ended(api: FlaskClient) -> None:
    upload_id = send_checked(api)
    job_id = request_video(api, upload_id).get_json()["job_id"]
    refused = api.delete(f"/uploads/{upload_id}")
    assert (refused.status_code, job_id in refused.get_json()["detail"]) == (409, True)
    assert api.get(f"/uploads/{upload_id}").status_code == 200
    assert api.delete(f"/render/{job_id}/cancel").status_code == 202
    assert api.delete(f"/uploads/{upload_id}").status_code == 204


def test_a_job_that_begins_during_the_deletion_keeps_the_file_until_it_ends(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id, services = send_checked(api), bootstrap.services()
    plan = RenderPlan.parse({"scenes": [{"image": upload_id, "duration_sec": 2}], "music": False})
    real = services.jobs.create

    # the caller deletes the upload after the plan was checked and before its job is stored
    def create_late(*arguments: Any) -> Any:
        api.delete(f"/uploads/{upload_id}")
        return real(*arguments)

    monkeypatch.setattr(services.jobs, "create", create_late)
    job, _ = submit(services, plan)
    assert deliver(DeleteUpload(upload_id=upload_id)) == 200
    assert is_stored(upload_id)
    services.move(job.id, lambda one: one.cancel(services.clock.now()))
    take_messages()
    now = services.clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(type(services.clock), "now", lambda _self: now)
    sweep.sweep(services)
    (message,) = [one for one in take_messages() if isinstance(one, DeleteUpload)]
    assert deliver(message) == 200
    assert not is_stored(upload_id)


def test_a_lost_message_is_sent_again_by_the_sweep(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = send_checked(api)
    api.delete(f"/uploads/{upload_id}")
    take_messages()
    services = bootstrap.services()
    sweep.sweep(services)
    assert take_messages() == []  # the first message may still come
    now = services.clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(type(services.clock), "now", lambda _self: now)
    sweep.sweep(services)
    assert take_messages() == [DeleteUpload(upload_id=upload_id)]
    assert deliver(DeleteUpload(upload_id=upload_id), "dead_letter") == 200
    assert is_stored(upload_id)  # the function for dead letters has no right to delete


def test_a_check_whose_upload_was_deleted_ends(api: FlaskClient) -> None:
    upload_id = send(api, make_photo())
    api.post(f"/uploads/{upload_id}/complete")
    message = CheckUpload(upload_id=upload_id)
    note_failure(bootstrap.services(), message, LeaseHeld("is being worked on"))
    api.delete(f"/uploads/{upload_id}")
    take_messages()
    handle_dead_letter(bootstrap.services(), message)
    assert deliver(message) == 200
    assert take_messages() == []
    assert deliver(DeleteUpload(upload_id=upload_id)) == 200
    assert list(bootstrap.backend().blobs.list("uploads/")) == []


def test_bytes_that_arrive_after_the_deletion_are_not_kept(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    data, blobs = make_photo(), bootstrap.backend().blobs
    body = json.dumps({"filename": "me.png", "size": len(data)})
    upload_id = api.post("/uploads", data=body).get_json()["upload_id"]
    real = blobs.put_file

    def store_late(name: str, path: Path) -> None:
        api.delete(f"/uploads/{upload_id}")
        assert deliver(DeleteUpload(upload_id=upload_id)) == 200
        real(name, path)

    monkeypatch.setattr(blobs, "put_file", store_late)
    assert api.put(f"/uploads/{upload_id}/bytes", data=data).status_code == 404
    assert not is_stored(upload_id)


def test_a_worker_waits_for_the_one_that_checks_the_file(api: FlaskClient) -> None:
    upload_id, leases = send_checked(api), bootstrap.backend().leases
    api.delete(f"/uploads/{upload_id}")
    lease = leases.acquire(f"check-{upload_id}", timedelta(minutes=1))
    assert deliver(DeleteUpload(upload_id=upload_id)) == 500
    leases.release(lease)
    assert deliver(DeleteUpload(upload_id=upload_id)) == 200
    assert not is_stored(upload_id)


def test_a_file_that_is_imported_again_is_kept(home: Path, tmp_path: Path) -> None:
    from sutradhar.pipeline.handle import handle
    from sutradhar.pipeline.upload_deletion import order_deletion

    (tmp_path / "me.png").write_bytes(make_photo())
    services = bootstrap.services()
    upload = import_file(services, tmp_path / "me.png")
    order_deletion(services, upload.id)
    assert import_file(services, tmp_path / "me.png") == upload
    handle(services, DeleteUpload(upload_id=upload.id))
    assert list_uploads(services).records == [upload]
    order_deletion(services, upload.id)
    handle(services, DeleteUpload(upload_id=upload.id))
    assert import_file(services, tmp_path / "me.png").id == upload.id
    assert services.blobs.exists(upload.blob)


def test_only_the_owner_and_an_admin_delete_it(api: FlaskClient) -> None:
    from tests.functions.test_strangers import make_key

    asha, ravi, admin = make_key("asha"), make_key("ravi"), make_key("admin", role="admin")
    body = json.dumps({"filename": "a.png", "size": 5})

    def create() -> Any:
        return api.post("/uploads", data=body, headers=asha).get_json()["upload_id"]

    first, second = create(), create()
    assert api.delete(f"/uploads/{first}").status_code == 401
    assert api.delete(f"/uploads/{first}", headers=ravi).status_code == 404
    assert api.delete(f"/uploads/{first}", headers=asha).status_code == 204
    assert api.delete(f"/uploads/{second}", headers=admin).status_code == 204
