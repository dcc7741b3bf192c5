"""Transfers to and from Cloud Storage that are cut off, lost by the server, answered twice or changed."""

import base64
import gc
import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import google_crc32c
import pytest

from sutradhar.backends.gcp import blobs as blobs_module
from sutradhar.backends.gcp.blobs import GcsBlobStore
from sutradhar.domain.core.errors import BackendError

VIDEO = bytes(range(251)) * 36_000  # over 8 MiB, so it goes up in a session of its own
CUT = 1024 * 1024

# a socket whose answer broke off is closed by urllib3 while its reader still lives, until both are collected
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Storage:
    """One object, and the faults of the requests for it: each of ``faults`` happens to one request, in this order.

    A code refuses; "cut" breaks the connection in the middle; "lost" does it all, then breaks it instead of answering.
    """

    def __init__(self) -> None:
        self.faults: list[int | str] = []
        self.stored: bytes | None = None
        self.writer = ""
        self.sessions = 0
        self.origins: list[str | None] = []
        """Origins of the pages for which the sessions were opened."""
        self.ranges: list[str] = []
        self.says = "no"
        """The text of a refusal."""
        self.lie = b""
        """These bytes are added before the checksum is computed, to make it wrong."""
        self.received = bytearray()
        self.lock = threading.Lock()

    def fault(self) -> int | str | None:
        with self.lock:
            return self.faults.pop(0) if self.faults else None

    def checksum(self) -> str:
        return base64.b64encode(google_crc32c.Checksum((self.stored or b"") + self.lie).digest()).decode()

    def resource(self) -> dict[str, Any]:
        return {
            "name": "a",
            "bucket": "b",
            "generation": "7",
            "size": str(len(self.stored or b"")),
            "crc32c": self.checksum(),
            "metadata": {"writer": self.writer},
        }


class StorageHandler(BaseHTTPRequestHandler):
    """Cloud Storage's JSON API for the object of ``storage``."""

    storage: Storage

    def do_GET(self) -> None:
        if "/download/" not in self.path:
            if "/o/" not in self.path:
                return self.refuse(403)  # the client looks at the bucket by the way, and does without
            return self.answer(self.storage.resource()) if self.storage.stored is not None else self.refuse(404)
        match self.storage.fault():
            case int(code):
                return self.refuse(code)
            case fault:
                byte_range = self.headers.get("Range", "")
                self.storage.ranges.append(byte_range)
                body = (self.storage.stored or b"")[int(byte_range.removeprefix("bytes=").rstrip("-") or 0) :]
                self.send_response(206 if byte_range else 200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("X-Goog-Hash", f"crc32c={self.storage.checksum()}")
                self.send_header("X-Goog-Generation", "7")
                self.end_headers()
                self.wfile.write(body[:CUT] if fault == "cut" else body)
                return self.drop() if fault == "cut" else None

    def do_POST(self) -> None:
        if "uploadType=resumable" in self.path:
            self.body()
            self.storage.sessions += 1
            self.storage.origins.append(self.headers.get("Origin"))
            self.storage.received.clear()
            return self.answer({}, Location=f"http://{self.headers['Host']}/session-{self.storage.sessions}")
        fault = self.storage.fault()
        if isinstance(fault, int):
            self.body()
            return self.refuse(fault)
        body = self.body()
        if "ifGenerationMatch=0" in self.path and self.storage.stored is not None:
            return self.refuse(412)
        head, _, rest = body.partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")
        match = re.search(rb'"writer": ?"(\w+)"', head)
        self.storage.writer = match[1].decode() if match else ""
        self.storage.stored = rest.rpartition(b"\r\n--")[0]
        return self.drop() if fault == "lost" else self.answer(self.storage.resource())

    def do_PUT(self) -> None:
        fault = self.storage.fault()
        if isinstance(fault, int):
            self.body()
            return self.refuse(fault)
        start = int(self.headers["Content-Range"].removeprefix("bytes ").partition("-")[0])
        if fault == "cut":
            self.storage.received += self.rfile.read(CUT)
            return self.drop()
        body = self.body()
        self.storage.received += body[
            len(self.storage.received) - start :
        ]  # what is there already is not written again
        self.storage.stored = bytes(self.storage.received)
        return self.drop() if fault == "lost" else self.answer(self.storage.resource())

    def do_DELETE(self) -> None:
        self.storage.stored = None
        self.answer({})

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def refuse(self, code: int) -> None:
        self.answer({"error": {"code": code, "message": self.storage.says}}, code)

    def answer(self, content: dict[str, Any], code: int = 200, **headers: str) -> None:
        text = json.dumps(content).encode()
        self.send_response(code)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": len(text)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(text)

    def drop(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_args: object) -> None:
        """Write no log."""


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    for call in (blobs_module._CALL, blobs_module._CHECKED):
        monkeypatch.setitem(call, "retry", call["retry"].with_timeout(1.0).with_delay(0.02, 0.05, 2))
    new_storage = Storage()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (StorageHandler,), {"storage": new_storage}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_address[1]}")
    yield new_storage
    server.shutdown()
    server.server_close()
    gc.collect()


@pytest.fixture
def blobs(storage: Storage) -> Iterator[GcsBlobStore]:
    store = GcsBlobStore("p", "b", "")
    yield store
    store.close()


@pytest.fixture
def video_file(tmp_path: Path) -> Path:
    path = tmp_path / "video_file"
    path.write_bytes(VIDEO)
    return path


@pytest.mark.parametrize("faults", [[503], [429, 503], ["cut"], ["lost"]], ids=str)
def test_an_upload_continues_where_it_was_cut_off(
    faults: list[int | str], storage: Storage, blobs: GcsBlobStore, video_file: Path
) -> None:
    storage.faults = faults
    blobs.put_file("a", video_file)
    assert storage.stored == VIDEO
    assert storage.sessions == 1


def test_a_session_is_opened_for_the_origin_of_the_sending_page(storage: Storage, blobs: GcsBlobStore) -> None:
    for origin in (None, "https://studio.example.com"):
        assert blobs.upload_url("uploads/1", "video/mp4", 5, origin)
    assert storage.origins == [None, "https://studio.example.com"]


@pytest.mark.parametrize("code", [404, 410])
def test_an_upload_whose_session_is_lost_starts_again(
    code: int, storage: Storage, blobs: GcsBlobStore, video_file: Path
) -> None:
    storage.faults = [code]
    blobs.put_file("a", video_file)
    assert storage.stored == VIDEO
    assert storage.sessions == 2
    storage.faults = [code]
    blobs.put("a", VIDEO[::-1])
    assert storage.stored == VIDEO[::-1]
    storage.faults = [code] * 100
    with pytest.raises(BackendError) as caught:
        blobs.put_file("a", video_file)
    assert caught.value.retryable  # and not NotFound: nothing was looked for
    assert len(storage.faults) == 98


def test_a_download_that_breaks_off_continues_from_there(storage: Storage, blobs: GcsBlobStore, tmp_path: Path) -> None:
    storage.stored = VIDEO
    storage.faults = ["cut", 503, "cut"]
    assert blobs.fetch("a", tmp_path / "copy").read_bytes() == VIDEO
    assert storage.ranges[1:] == [f"bytes={CUT}-", f"bytes={2 * CUT}-"]


@pytest.mark.parametrize("fault", ["cut", "changed"])
def test_a_download_that_fails_leaves_nothing_behind(
    fault: str, storage: Storage, blobs: GcsBlobStore, tmp_path: Path
) -> None:
    storage.stored = VIDEO
    if fault == "cut":
        storage.faults = ["cut", *[503] * 1000]
    else:
        storage.lie = b"!"
    (tmp_path / "copy").write_bytes(b"older")
    with pytest.raises(BackendError) as caught:
        blobs.fetch("a", tmp_path / "copy")
    assert caught.value.retryable
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("copy", b"older")]


def test_an_upload_with_a_wrong_checksum_is_deleted_and_may_be_repeated(
    storage: Storage, blobs: GcsBlobStore, video_file: Path
) -> None:
    storage.lie = b"!"
    with pytest.raises(BackendError, match="checksum") as caught:
        blobs.put_file("a", video_file)
    assert caught.value.retryable
    assert storage.stored is None


def test_the_process_that_stored_a_new_blob_learns_it_although_the_answer_was_lost(
    storage: Storage, blobs: GcsBlobStore
) -> None:
    storage.faults = ["lost"]
    assert blobs.put_new("a", b"mine")
    assert storage.stored == b"mine"
    assert not blobs.put_new("a", b"late")


@pytest.mark.parametrize(
    ("code", "message", "retryable"),
    [
        (412, "at least one condition failed", True),  # and when it is looked at, it has been deleted
        (400, 'Provided CRC32C "a" doesn\'t match calculated CRC32C "b".', True),
        (400, "no such parameter", False),
    ],
    ids=["deleted meanwhile", "changed on the way", "not a request"],
)
def test_a_failed_upload_is_never_reported_as_a_missing_blob(
    code: int, message: str, retryable: bool, storage: Storage, blobs: GcsBlobStore
) -> None:
    storage.faults, storage.says = [code], message
    with pytest.raises(BackendError) as caught:
        blobs.put_new("a", b"x")
    assert caught.value.retryable is retryable
