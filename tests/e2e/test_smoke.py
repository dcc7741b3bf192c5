"""`make smoke` and `make health` check a server from outside, and say which step failed."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from functions.dev import smoke
from tests.e2e.served import ServedApi, serve

STEPS = ["health", "readiness", "templates", "submit", "render", "download"]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    with serve(tmp_path_factory.mktemp("smoke")) as served_api:
        yield served_api


def test_the_smoke_test_passes(api: ServedApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main([api.url]) == 0, capsys.readouterr().err
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == STEPS


def test_the_health_check_asks_a_server_from_outside(api: ServedApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main(["--health", f"{api.url}/api"]) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == STEPS[:2]


@pytest.mark.parametrize(
    ("url", "says"), [("http://127.0.0.1:1", "cannot be reached"), ("http://127.0.0.1:port", "is no URL")]
)
def test_a_server_that_is_not_there_fails(url: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main(["--health", url]) == 1
    assert says in capsys.readouterr().err


def test_a_video_that_fails_says_why(api: ServedApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main(["--within", "0", api.url]) == 1
    assert "still in step" in capsys.readouterr().err


class _Answers(BaseHTTPRequestHandler):
    """Answers each path with the status and the JSON of ``by_path``; it wants the key ``sk_1``."""

    by_path: ClassVar[dict[str, tuple[int, object]]] = {}
    ports: ClassVar[list[int]] = []
    """The client's port of each request: one for each connection."""
    protocol_version = "HTTP/1.1"  # it keeps connections

    def do_GET(self) -> None:
        self.ports.append(self.client_address[1])
        status, body = self.by_path[self.path] if self.headers.get("X-API-Key") == "sk_1" else (401, {"detail": "no"})
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words: object) -> None:
        """Write nothing."""


@pytest.fixture
def stub() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_check_that_fails_is_named_and_a_key_lets_in(
    stub: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = {"ok": False, "detail": "1 GB is free"}
    _Answers.by_path = {"/health": (200, {}), "/ready": (503, {"checks": {"disk": disk, "store": {"ok": True}}})}
    assert smoke.main(["--health", stub]) == 1
    assert "SMOKE_KEY" in capsys.readouterr().err
    monkeypatch.setenv("SMOKE_KEY", "sk_1")
    assert smoke.main(["--health", stub]) == 1
    assert "/ready answers 503: disk: 1 GB is free" in capsys.readouterr().err


@pytest.mark.parametrize(("kept_sec", "connections"), [(30.0, 1), (0.0, 2)])
def test_a_connection_that_was_idle_is_not_used_again(
    stub: str, monkeypatch: pytest.MonkeyPatch, kept_sec: float, connections: int
) -> None:
    """gunicorn closes an idle connection after 2 s, which is when the smoke test asks again."""
    assert smoke._KEPT_SEC < smoke._ASK_EVERY_SEC
    monkeypatch.setattr(smoke, "_KEPT_SEC", kept_sec)
    _Answers.by_path, _Answers.ports[:] = {"/health": (200, {})}, []
    with smoke.make_client(stub, {"X-API-Key": "sk_1"}) as client:
        for _ in range(2):
            assert client.get("/health").status_code == 200
    assert len(set(_Answers.ports)) == connections


def test_keys_and_tokens_become_headers() -> None:
    headers = smoke.make_headers({"SMOKE_KEY": "k", "SMOKE_TOKEN": "t"})
    assert headers == {"X-API-Key": "k", "Authorization": "Bearer t"}
