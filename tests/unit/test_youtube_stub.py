"""The stub of YouTube behaves as the documents say where the product must not rely on kindness."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sutradhar.destinations.youtube.upload import CHUNK
from tests.youtube_server import CHUNK_UNIT
from tests.youtube_stub import YouTubeStub

API = "https://youtube.googleapis.com"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Caller:
    """A program that calls the stub without the product's client."""

    def __init__(self) -> None:
        self.now = NOW
        self.youtube = YouTubeStub(lambda: self.now)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        uri = path if path.startswith("https:") else API + path
        answer, content = self.youtube.request(uri, method, data, named)
        return int(answer.status), dict(answer), json.loads(content) if content else None

    def open(self, status: dict[str, Any], size: int = 1) -> str:
        body = {"snippet": {"title": "Tea", "categoryId": "22"}, "status": status}
        _, headers, _ = self.call("POST", "/upload/youtube/v3/videos", body, X_Upload_Content_Length=str(size))
        return headers["location"]

    def send(self, session: str, data: bytes, content_range: str) -> tuple[int, dict[str, str], Any]:
        return self.call("PUT", session, data, Content_Range=content_range)

    def upload(self, status: dict[str, Any]) -> str:
        _, _, video = self.send(self.open(status), b"v", "bytes 0-0/1")
        return str(video["id"])


@pytest.fixture
def caller() -> Caller:
    return Caller()


def test_a_video_without_a_privacy_is_public(caller: Caller) -> None:
    video = caller.youtube.videos[caller.upload({})]
    assert (video.status["privacyStatus"], video.public_at) == ("public", NOW)


def test_a_private_video_becomes_public_at_its_time(caller: Caller) -> None:
    later = NOW + timedelta(hours=1)
    video = caller.youtube.videos[caller.upload({"privacyStatus": "private", "publishAt": later.isoformat()})]
    caller.now = later - timedelta(seconds=1)
    caller.youtube.settle()
    assert video.status["privacyStatus"] == "private"
    caller.now = later + timedelta(minutes=5)
    caller.youtube.settle()
    assert (video.status["privacyStatus"], video.public_at) == ("public", later)


def test_an_update_resets_what_it_leaves_out(caller: Caller) -> None:
    video_id = caller.upload({"privacyStatus": "private", "containsSyntheticMedia": True})
    caller.call("PUT", "/youtube/v3/videos?part=status", {"id": video_id, "status": {"privacyStatus": "private"}})
    assert "containsSyntheticMedia" not in caller.youtube.videos[video_id].status


def test_a_session_tells_what_it_has_and_makes_one_video(caller: Caller) -> None:
    size = CHUNK_UNIT + 1
    session = caller.open({"privacyStatus": "private"}, size)
    status, headers, _ = caller.send(session, b"", f"bytes */{size}")
    assert (status, "range" in headers) == (308, False)
    status, headers, _ = caller.send(session, bytes(CHUNK_UNIT), f"bytes 0-{CHUNK_UNIT - 1}/{size}")
    assert (status, headers["range"]) == (308, f"bytes=0-{CHUNK_UNIT - 1}")
    first = caller.send(session, b"v", f"bytes {CHUNK_UNIT}-{CHUNK_UNIT}/{size}")
    again = caller.send(session, b"", f"bytes */{size}")
    assert (first[2], len(caller.youtube.videos)) == (again[2], 1)


def test_a_chunk_that_is_no_multiple_of_256_kib_is_refused_but_at_the_end(caller: Caller) -> None:
    caller.youtube.chunk_unit = CHUNK_UNIT
    assert CHUNK % CHUNK_UNIT == 0
    session = caller.open({"privacyStatus": "private"}, 1000)
    assert caller.send(session, bytes(999), "bytes 0-998/1000")[0] == 400
    assert caller.send(session, bytes(1000), "bytes 0-999/1000")[0] == 200


def test_the_two_limits_of_uploads_are_different_errors(caller: Caller) -> None:
    caller.youtube.day()["uploads"] = 100
    body = {"snippet": {"title": "Tea", "categoryId": "22"}, "status": {}}
    status, _, error = caller.call("POST", "/upload/youtube/v3/videos", body, X_Upload_Content_Length="1")
    assert (status, error["error"]["errors"][0]["reason"]) == (429, "rateLimitExceeded")
    assert "Video Uploads per day" in error["error"]["message"]
    caller.youtube.choose_fault = lambda _call: "limit"
    status, _, error = caller.call("POST", "/upload/youtube/v3/videos", body, X_Upload_Content_Length="1")
    assert (status, error["error"]["errors"][0]["reason"]) == (400, "uploadLimitExceeded")
