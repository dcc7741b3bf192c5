"""The analysis of songs and the times of lyrics over HTTP, on both backends, with a fake listener."""

import io
import wave
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest, LeaseHeld
from sutradhar.domain.jobs.messages import CheckUpload, DeleteUpload, Message, SpeakSample
from sutradhar.pipeline.audio_orders import forget_old_orders
from sutradhar.pipeline.handle import handle, handle_dead_letter
from sutradhar.pipeline.retention_plan import plan_retention
from sutradhar.pipeline.services import hold_lease
from sutradhar.pipeline.upload_records import get_upload, update_upload
from sutradhar.ports.stores import MAX_LEASE
from tests.fake_listener import FakeListener, replace_listener
from tests.function_client import open_client

LYRICS = "Row your boat\nGently down"


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> FakeListener:
    return replace_listener(monkeypatch)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch, each_backend: None) -> list[Message]:
    """The messages that the API sends, in place of the bus."""
    messages: list[Message] = []
    monkeypatch.setattr(type(bootstrap.backend().bus), "publish", lambda _self, message: messages.append(message))
    return messages


@pytest.fixture
def api(queue: list[Message], ear: FakeListener) -> FlaskClient:
    return open_client("api")


def make_wav(seconds: float = 20.0, level: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(128 + level * (i % 2) for i in range(int(8000 * seconds))))
    return out.getvalue()


def send(api: FlaskClient, data: bytes, name: str = "song.wav") -> str:
    """Return the id of a checked upload."""
    body = {"filename": name, "content_type": "application/octet-stream", "size": len(data)}
    upload_id = str(api.post("/uploads", json=body).get_json()["upload_id"])
    services = bootstrap.services()
    services.blobs.put(f"uploads/{upload_id}", data)
    handle(services, CheckUpload(upload_id=upload_id))
    return upload_id


def list_kept(upload_id: str) -> list[str]:
    services = bootstrap.services()
    content_id = get_upload(services, upload_id, with_deleted=True).content_id
    return sorted(blob.name.rpartition("/")[2] for blob in services.blobs.list(f"uploads/listening/{content_id}/"))


def move_clock(monkeypatch: pytest.MonkeyPatch, step: timedelta) -> None:
    later = bootstrap.backend().clock.now() + step
    monkeypatch.setattr(type(bootstrap.backend().clock), "now", lambda _self: later)


def test_a_song_is_analysed_once_for_all_uploads_with_its_bytes(
    api: FlaskClient, queue: list[Message], ear: FakeListener
) -> None:
    song = send(api, make_wav())
    first, again = (api.post("/audio/analyze", json={"upload_id": song}) for _ in range(2))
    assert (first.status_code, again.status_code, len(queue)) == (202, 202, 1)
    order = first.get_json()
    path = f"/audio/analyses/{order['analysis_id']}"
    assert (order["state"], order["tempo_bpm"], order["best"]) == ("pending", None, [])
    assert order["links"]["self"] == first.headers["Location"] == f"http://localhost{path}"
    assert api.get(path).get_json()["state"] == "pending"
    for _ in range(2):  # Pub/Sub may deliver a message twice
        handle(bootstrap.services(), queue[0])
    ready = api.get(f"{path}?target_sec=10").get_json()
    assert (ready["state"], ready["tempo_bpm"], ready["key"], ready["duration_sec"]) == ("ready", 120, "A minor", 20)
    assert [8 <= one["end_sec"] - one["start_sec"] <= 12 for one in ready["best"]][:1] == [True]
    assert ready["notices"] == ["song.wav has a beat that never changes"]
    assert len(ready["beats"]) == 40
    known = api.post("/audio/analyze", json={"upload_id": song})
    assert (known.status_code, known.get_json()["state"]) == (200, "ready")
    twin = api.post("/audio/analyze", json={"upload_id": send(api, make_wav(), "copy.wav")})
    assert (twin.status_code, twin.get_json()["notices"][0][:8], ear.analyzed) == (200, "copy.wav", 1)
    assert twin.get_json()["analysis_id"] != order["analysis_id"]
    assert api.post("/api/audio/analyze", json={"upload_id": song}).status_code == 200
    assert api.get(f"/api{path}").get_json()["links"]["self"] == f"http://localhost/api{path}"


def test_lyrics_are_aligned_once(api: FlaskClient, queue: list[Message], ear: FakeListener) -> None:
    song = send(api, make_wav())
    body = {"upload_id": song, "lyrics": LYRICS}
    first, again = (api.post("/lyrics/align", json=body) for _ in range(2))
    assert (first.status_code, again.status_code, len(queue)) == (202, 202, 1)
    order = first.get_json()
    path = f"/lyrics/alignments/{order['alignment_id']}"
    assert (api.get(path).get_json()["state"], order["lines"]) == ("pending", [])
    for _ in range(2):
        handle(bootstrap.services(), queue[0])
    ready = api.get(path).get_json()
    assert (ready["state"], ready["language"], ready["notices"]) == ("ready", "en", ["two words were guessed"])
    assert [line["text"] for line in ready["lines"]] == LYRICS.splitlines()
    word = {"text": "your", "start_sec": 1.5, "end_sec": 1.9, "how": "speech", "confidence": 0.8}
    assert ready["lines"][0]["words"][1] == word
    assert "your" in ready["lrc"]
    assert api.post("/lyrics/align", json=body).status_code == 200
    assert (ear.analyzed, ear.aligned) == (1, 1)
    assert api.post("/lyrics/align", json={**body, "language": "hi"}).status_code == 202
    assert api.post("/lyrics/align", json={**body, "lyrics": "Other words"}).status_code == 202
    assert len(queue) == 3
    assert len(list_kept(song)) == 2


@pytest.mark.parametrize("route", ["/audio/analyze", "/lyrics/align"])
def test_a_failure_says_why_and_may_be_tried_again(
    api: FlaskClient, queue: list[Message], ear: FakeListener, route: str
) -> None:
    song = send(api, make_wav())
    body = {"upload_id": song, **({"lyrics": LYRICS} if "lyrics" in route else {})}
    ear.fault = InvalidRequest([FieldError("file", "has no sound that could be decoded")])
    order = api.post(route, json=body).get_json()
    path = order["links"]["self"].removeprefix("http://localhost")
    handle(bootstrap.services(), queue.pop())
    failed = api.get(path).get_json()
    assert failed["state"] == "failed"
    assert failed["problem"] == "has no sound that could be decoded; send the file again, as MP3, M4A or WAV"
    assert (api.post(route, json=body).status_code, len(queue)) == (202, 1)
    ear.fault = OSError("the disk is slow")
    with pytest.raises(OSError, match="slow"):  # the bus delivers it again
        handle(bootstrap.services(), queue[0])
    assert api.get(path).get_json()["state"] == "pending"
    handle_dead_letter(bootstrap.services(), queue[0])
    assert "never ended" in api.get(path).get_json()["problem"]
    ear.fault = None
    handle(bootstrap.services(), queue[0])  # it comes late
    assert api.get(path).get_json()["state"] == "ready"


def test_a_lost_message_is_sent_again_and_two_workers_hear_it_once(
    api: FlaskClient, queue: list[Message], ear: FakeListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = send(api, make_wav())
    api.post("/audio/analyze", json={"upload_id": song})
    move_clock(monkeypatch, timedelta(minutes=2))
    assert (api.post("/audio/analyze", json={"upload_id": song}).status_code, len(queue)) == (202, 2)
    services = bootstrap.services()
    lease = f"listen-{get_upload(services, song).content_id}-analysis-1"
    with hold_lease(services, lease, MAX_LEASE), pytest.raises(LeaseHeld):
        handle(services, queue[0])
    services.leases.acquire(lease, MAX_LEASE)  # its worker is killed, and gives nothing back
    move_clock(monkeypatch, MAX_LEASE + timedelta(minutes=1))
    for message in queue:
        handle(services, message)
    assert ear.analyzed == 1


def test_what_was_heard_goes_with_its_upload(
    api: FlaskClient, queue: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    song = send(api, make_wav())
    path = api.post("/audio/analyze", json={"upload_id": song}).get_json()["links"]["self"]
    api.post("/lyrics/align", json={"upload_id": song, "lyrics": LYRICS})
    late, services = list(queue), bootstrap.services()
    handle(services, queue[0])
    content_id = get_upload(services, song).content_id
    assert len(content_id) == 64
    assert list_kept(song) == ["analysis-1.json"]
    assert api.delete(f"/uploads/{song}").status_code == 204
    assert api.get(path.removeprefix("http://localhost")).status_code == 404
    handle(services, DeleteUpload(upload_id=song))
    for message in late:  # nothing is heard in a file that is gone
        handle(services, message)
    assert list(services.blobs.list("uploads/")) == []
    assert services.records.list_names("listening/") == []
    services.blobs.put(f"uploads/listening/{content_id}/analysis-1.json", b"{}")  # a worker stored it late
    move_clock(monkeypatch, timedelta(days=9))
    (removal,) = plan_retention(services)
    handle(services, DeleteUpload(upload_id=removal.id))
    assert list(services.blobs.list("uploads/")) == []


def test_retention_keeps_what_was_heard_in_an_upload_that_it_keeps(
    api: FlaskClient, queue: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    song = send(api, make_wav())
    api.post("/audio/analyze", json={"upload_id": song})
    handle(bootstrap.services(), queue.pop())
    move_clock(monkeypatch, timedelta(days=9))
    services = bootstrap.services()
    now = services.clock.now()
    update_upload(services, song, lambda upload: upload.evolve(used_at=now))
    assert plan_retention(services) == []


def test_an_upload_of_an_earlier_version_is_cached_by_its_id(
    api: FlaskClient, queue: list[Message], ear: FakeListener
) -> None:
    uploads = [send(api, make_wav()) for _ in range(2)]
    for upload_id in uploads:
        update_upload(bootstrap.services(), upload_id, lambda upload: upload.evolve(sha256=""))
        assert api.post("/audio/analyze", json={"upload_id": upload_id}).status_code == 202
        handle(bootstrap.services(), queue.pop())
        assert list_kept(upload_id) == ["analysis-1.json"]
    assert ear.analyzed == 2


def test_the_note_of_a_lost_order_ends_with_a_day(
    api: FlaskClient, queue: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = api.post("/audio/analyze", json={"upload_id": send(api, make_wav())}).get_json()["links"]["self"]
    path = path.removeprefix("http://localhost")
    forget_old_orders(bootstrap.services())
    assert api.get(path).get_json()["state"] == "pending"
    move_clock(monkeypatch, timedelta(days=1))
    forget_old_orders(bootstrap.services())
    assert api.get(path).status_code == 404
    assert not any(isinstance(message, SpeakSample) for message in queue)


def make_image() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 200), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("route", "body", "path", "says"),
    [
        ("/audio/analyze", {"upload_id": "IMAGE"}, "upload_id", "photo.png is an image; send a file that has sound"),
        ("/audio/analyze", {"upload_id": "song.mp3"}, "upload_id", "must be the id of an uploaded file"),
        ("/audio/analyze", {}, "upload_id", ""),
        ("/lyrics/align", {"upload_id": "IMAGE", "lyrics": LYRICS}, "upload_id", "is an image"),
        ("/lyrics/align", {"upload_id": "SONG"}, "lyrics", ""),
        ("/lyrics/align", {"upload_id": "SONG", "lyrics": " \n "}, "lyrics", "has no words"),
        ("/lyrics/align", {"upload_id": "SONG", "lyrics": "la " * 35_000}, "lyrics", "60"),
        ("/lyrics/align", {"upload_id": "SONG", "lyrics": LYRICS, "language": "Klingon"}, "language", "Klingon"),
        ("/audio/analyze", {"upload_id": "LONG"}, "upload_id", "at most 60 min can be heard"),
        ("/audio/analyze", {"upload_id": "UNSENT"}, "upload_id", "is not complete"),
    ],
)
def test_a_wrong_order_is_named(
    home: object, ear: FakeListener, route: str, body: dict[str, Any], path: str, says: str
) -> None:
    api = open_client("api")
    senders: Mapping[str, Callable[[], str]] = {
        "IMAGE": lambda: send(api, make_image(), "photo.png"),
        "SONG": lambda: send(api, make_wav(2)),
        "LONG": lambda: lengthen(send(api, make_wav(2))),
        "UNSENT": lambda: api.post("/uploads", json={"filename": "a.mp3", "size": 5}).get_json()["upload_id"],
    }
    if send_file := senders.get(body.get("upload_id", "")):
        body = {**body, "upload_id": send_file()}
    answer = api.post(route, json=body)
    errors = answer.get_json()["errors"]
    assert (answer.status_code, [error["path"] for error in errors]) == (400, [path])
    assert says in errors[0]["message"]


def lengthen(upload_id: str) -> str:
    """Let the upload seem to have two hours."""

    def change(upload: Any) -> Any:
        return upload.evolve(facts=upload.facts.evolve(duration_sec=7200.0))

    update_upload(bootstrap.services(), upload_id, change)
    return upload_id


@pytest.mark.parametrize("query", ["target_sec=1", "target_sec=nan", "target_sec=many", "target_sec=1e9"])
def test_a_wrong_target_is_named(home: object, ear: FakeListener, query: str) -> None:
    api = open_client("api")
    answer = api.get(f"/audio/analyses/analysis-0123456789abcdef?{query}")
    assert (answer.status_code, answer.get_json()["errors"][0]["path"]) == (400, "target_sec")


def test_an_unknown_upload_or_order_is_not_found(home: object, ear: FakeListener) -> None:
    api = open_client("api")
    unknown = {"upload_id": "up-0123456789abcdef"}
    assert api.post("/audio/analyze", json=unknown).status_code == 404
    assert api.post("/lyrics/align", json={**unknown, "lyrics": LYRICS}).status_code == 404
    for path in ("audio/analyses/analysis-0123456789abcdef", "audio/analyses/x", "lyrics/alignments/x"):
        answer = api.get(f"/{path}")
        assert (answer.status_code, "order it (POST" in answer.get_json()["detail"]) == (404, True)
