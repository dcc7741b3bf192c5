"""Test the worker that checks files: late, twice, killed in the middle, failing too often, or while a plan waits."""

import io
import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from functions import envelope
from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.domain.core.errors import InvalidRequest, LeaseHeld
from sutradhar.domain.jobs.messages import CheckUpload, Message
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.pipeline import submit, upload_check
from sutradhar.pipeline.handle import handle_dead_letter, note_failure
from sutradhar.providers.media.upload_reader import MediaFiles
from tests.function_client import open_client

TEXT = b"I am a film " * 50


def make_photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 200), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the API answer without waiting for a check."""
    monkeypatch.setattr(upload_check, "CHECK_WAIT_SEC", 0.0)
    monkeypatch.setattr(submit, "CHECK_WAIT_SEC", 0.0)


def send(api: FlaskClient, data: bytes, **changes: Any) -> str:
    body = {"filename": "me.png", "content_type": "image/png", "size": len(data), **changes}
    created = api.post("/uploads", data=json.dumps(body)).get_json()
    assert api.put(f"/uploads/{created['upload_id']}/bytes", data=data).status_code == 204
    return str(created["upload_id"])


def deliver(message: Message, function: str = "check") -> int:
    event = envelope.to_event(message, "topic", 1)
    attributes = event.get_attributes()
    headers = {f"ce-{name}": str(attributes[name]) for name in ("id", "source", "type", "time", "specversion")}
    client = open_client(function)
    return client.post("/", json=event.get_data(), headers=headers).status_code


def take_messages() -> list[Message]:
    """Take all messages from the queue and return them."""
    queue: Any = bootstrap.backend().bus
    messages = []
    while delivery := queue.take():
        queue.finish(delivery)
        messages.append(delivery.message)
    return messages


def is_stored(upload_id: str) -> bool:
    return bootstrap.backend().blobs.exists(f"uploads/{upload_id}")


def request_video(api: FlaskClient, upload_id: str) -> Any:
    body = {"title": "x", "scenes": [{"duration_sec": 2, "image": {"upload": upload_id}}]}
    return api.post("/render", data=json.dumps(body))


def test_a_slow_check_is_reported_by_a_later_get(api: FlaskClient) -> None:
    upload_id = send(api, make_photo())
    answers = [api.post(f"/uploads/{upload_id}/complete") for _ in range(3)]
    assert {(answer.status_code, answer.get_json()["status"]) for answer in answers} == {(202, "checking")}
    assert answers[0].headers["Location"] == f"http://localhost/uploads/{upload_id}"
    assert take_messages() == [CheckUpload(upload_id=upload_id)]  # ordered once
    assert api.get(f"/uploads/{upload_id}").get_json()["state"] == "checking"
    assert "me.png is still being checked" in request_video(api, upload_id).get_json()["detail"]
    assert api.put(f"/uploads/{upload_id}/bytes", data=make_photo()).status_code == 409
    for _ in range(2):
        assert deliver(CheckUpload(upload_id=upload_id)) == 200
        assert api.get(f"/uploads/{upload_id}").get_json()["width"] == 320
    assert api.post(f"/uploads/{upload_id}/complete").status_code == 200
    assert request_video(api, upload_id).status_code == 202


def test_a_check_whose_message_was_lost_is_ordered_again(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = send(api, make_photo())
    api.post(f"/uploads/{upload_id}/complete")
    assert len(take_messages()) == 1
    monkeypatch.setattr(upload_check, "_ORDER_AGAIN", timedelta(0))
    api.post(f"/uploads/{upload_id}/complete")
    assert take_messages() == [CheckUpload(upload_id=upload_id)]


def test_a_plan_waits_for_a_check_that_is_under_way(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "CHECK_WAIT_SEC", 30.0)
    started, may_end = threading.Event(), threading.Event()
    answers: list[Any] = []

    def probe(*_arguments: Any) -> MediaInfo:
        started.set()
        assert may_end.wait(30)
        return MediaInfo(kind="image", width=320, height=200)

    monkeypatch.setattr(MediaFiles, "probe", probe)
    upload_id = send(api, make_photo())
    with local_runtime.run_worker():
        assert api.post(f"/uploads/{upload_id}/complete").status_code == 202
        assert started.wait(30)
        plan = threading.Thread(target=lambda: answers.append(request_video(api, upload_id)))
        plan.start()
        may_end.set()
        plan.join(30)
        assert [answer.status_code for answer in answers] == [202]


@pytest.mark.parametrize("size_off", [0, 1])
def test_a_refused_file_is_deleted_even_if_the_first_worker_is_killed_before(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch, size_off: int
) -> None:
    upload_id = send(api, TEXT)
    blobs = bootstrap.backend().blobs
    if size_off:
        blobs.put(f"uploads/{upload_id}", TEXT + b"!")
    api.post(f"/uploads/{upload_id}/complete")
    with monkeypatch.context() as broken:
        broken.setattr(type(blobs), "delete", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
        assert deliver(CheckUpload(upload_id=upload_id)) == 500
    reason = api.get(f"/uploads/{upload_id}").get_json()["reason"]
    assert ("has 601 bytes" if size_off else "is a text file") in reason
    assert is_stored(upload_id)
    for _ in range(2):
        assert deliver(CheckUpload(upload_id=upload_id)) == 200
        assert not is_stored(upload_id)
        assert api.get(f"/uploads/{upload_id}").get_json()["reason"] == reason


def test_a_worker_waits_for_another_that_checks_the_same_file(api: FlaskClient) -> None:
    upload_id, leases = send(api, make_photo()), bootstrap.backend().leases
    api.post(f"/uploads/{upload_id}/complete")
    lease = leases.acquire(f"check-{upload_id}", timedelta(minutes=1))
    message = CheckUpload(upload_id=upload_id)
    assert deliver(message) == 500
    note_failure(bootstrap.services(), message, LeaseHeld("is being worked on"))
    take_messages()
    handle_dead_letter(bootstrap.services(), message)  # the message came too often, but was only late
    assert take_messages() == [message]
    leases.release(lease)
    assert deliver(message) == 200
    handle_dead_letter(bootstrap.services(), message)
    assert api.get(f"/uploads/{upload_id}").get_json()["state"] == "ready"
    assert deliver(CheckUpload(upload_id="up-0000000000000000")) == 200  # deleted meanwhile


def test_a_check_that_never_ends_is_given_up_and_says_what_to_do(api: FlaskClient) -> None:
    upload_id = send(api, make_photo())
    api.post(f"/uploads/{upload_id}/complete")
    take_messages()
    for _ in range(2):
        assert deliver(CheckUpload(upload_id=upload_id), "dead_letter") == 200
    shown = api.get(f"/uploads/{upload_id}").get_json()
    assert (shown["state"], "convert it to MP4" in shown["reason"]) == ("refused", True)
    # the worker has the right to delete, the function for dead letters has not
    assert is_stored(upload_id)
    messages = take_messages()
    assert messages == [CheckUpload(upload_id=upload_id)]
    assert deliver(messages[0]) == 200
    assert not is_stored(upload_id)


def test_bytes_that_arrive_after_the_check_replace_nothing(api: FlaskClient) -> None:
    data = make_photo()
    upload_id = send(api, data)

    class Slow(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            assert deliver(CheckUpload(upload_id=upload_id)) == 200
            return super().readinto(buffer)

    slow = {"wsgi.input": Slow(bytes(len(data))), "CONTENT_LENGTH": str(len(data))}
    answer = api.put(f"/uploads/{upload_id}/bytes", environ_overrides=slow)
    assert (answer.status_code, "is ready" in answer.get_json()["detail"]) == (409, True)
    assert bootstrap.backend().blobs.get(f"uploads/{upload_id}") == data


def test_a_file_that_is_gone_before_the_check_is_refused(api: FlaskClient) -> None:
    upload_id = send(api, make_photo())
    api.post(f"/uploads/{upload_id}/complete")
    bootstrap.backend().blobs.delete(f"uploads/{upload_id}")
    assert deliver(CheckUpload(upload_id=upload_id)) == 200
    assert api.get(f"/uploads/{upload_id}").get_json()["reason"] == "is no longer there; send it again"


@pytest.mark.parametrize(
    ("media_type", "stored_type"),
    [
        ("", "application/octet-stream"),
        ("video/webm;codecs=vp9,opus", "video/webm"),
        ('video/webm; codecs="vp8"', "video/webm"),
        ("VIDEO/WEBM", "video/webm"),
        (" ; ", "application/octet-stream"),
        ("audio/mp4;codecs=mp4a.40.2", "audio/mp4"),
        ("image/heic ", "image/heic"),
        ("text/plain; charset=UTF-8", "text/plain"),
    ],
)
def test_media_types_are_read_as_browsers_write_them(api: FlaskClient, media_type: str, stored_type: str) -> None:
    data = make_photo()
    body = {"filename": "me", "content_type": media_type, "size": len(data)}
    created = api.post("/uploads", data=json.dumps(body)).get_json()
    assert created["headers"] == {"Content-Type": stored_type}
    assert api.get(f"/uploads/{created['upload_id']}").get_json()["content_type"] == stored_type


def test_a_media_type_may_be_left_out(api: FlaskClient) -> None:
    answer = api.post("/uploads", data=json.dumps({"filename": "me.mkv", "size": 5}))
    assert (answer.status_code, answer.get_json()["headers"]["Content-Type"]) == (201, "application/octet-stream")


def test_the_same_file_imported_again_is_checked_again(home: Path, tmp_path: Path) -> None:
    """Another version may accept a file that this version refuses."""
    from sutradhar.pipeline.upload_records import list_uploads
    from sutradhar.pipeline.uploads import import_file

    path, services = tmp_path / "me.png", bootstrap.services()
    path.write_bytes(TEXT)
    for _ in range(2):
        with pytest.raises(InvalidRequest, match="is a text file"):
            import_file(services, path)
        assert [upload.state for upload in list_uploads(services).records] == ["refused"]
