"""Serve the stub of YouTube over a socket of 127.0.0.1, with Google's sign-in and the faults of real connections."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.youtube_answers import REFUSALS, Answer, make_error
from tests.youtube_stub import YouTubeStub

CHUNK_UNIT = 256 << 10
"""developers.google.com/youtube/v3/guides/using_resumable_upload_protocol"""


class YouTubeServer:
    """The stub at a port of loopback while the block runs.

    ``POST /token`` is Google's token endpoint; each other call needs one of the access tokens that it gave.
    """

    def __init__(self, stub: YouTubeStub) -> None:
        self.stub = stub
        stub.chunk_unit = CHUNK_UNIT
        self.access_tokens: set[str] = set()
        """The tokens that YouTube takes now."""
        self.tokens_given = 0
        self.is_revoked = False
        """True if the owner of the channel has taken the access back."""
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(self))
        self._server.daemon_threads = True
        self.address = stub.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="youtube", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """Read one request, and answer it as its fault tells."""
        size = int(handler.headers.get("Content-Length", 0))
        is_sign_in = handler.path == "/token"
        with self._lock:
            call = self.stub.begin(self.address + handler.path, handler.command, dict(handler.headers))
            is_known = handler.headers.get("Authorization", "").removeprefix("Bearer ") in self.access_tokens
        handler.close_connection = call.fault in ("lost_request", "cut", "closed", "lost_answer", "trickle")
        if call.fault == "lost_request":
            return
        data = handler.rfile.read(size // 2 if call.fault == "cut" else size)
        with self._lock:
            if is_sign_in:
                answer = REFUSALS.get(call.fault) or self._give_token(data)
            else:
                answer = self.stub.answer(call, data) if is_known else make_error("authError")
        if call.fault not in ("cut", "closed"):
            _write(handler, answer, call.fault)

    def _give_token(self, form: bytes) -> Answer:
        if parse_qs(form.decode()).get("grant_type") != ["refresh_token"] or self.is_revoked:
            error = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            return 400, {"content-type": "application/json"}, json.dumps(error).encode()
        self.tokens_given += 1
        token = f"access-{self.tokens_given}"
        self.access_tokens.add(token)
        body = {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}
        return 200, {"content-type": "application/json"}, json.dumps(body).encode()


def _write(handler: BaseHTTPRequestHandler, answer: Answer, fault: str) -> None:
    status, headers, content = answer
    if fault == "gzip" and content and "gzip" in handler.headers.get("Accept-Encoding", ""):
        content, headers = gzip.compress(content), {**headers, "content-encoding": "gzip"}
    if fault == "lost_answer":
        _wait_for_end(handler)
        return
    if fault == "trickle":
        for byte in b"HTTP/1.1 200 OK":
            handler.wfile.write(bytes((byte,)))
        _wait_for_end(handler)
        return
    handler.send_response(status)
    for name, text in headers.items():
        handler.send_header(name, text)
    if fault == "pieces":
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for at in range(0, len(content), 7):
            piece = content[at : at + 7]
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")
        return
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def _wait_for_end(handler: BaseHTTPRequestHandler) -> None:
    """Send nothing more until the client gives the connection up."""
    while handler.rfile.read(1):
        pass


def _make_handler(server: YouTubeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_args: object) -> None:
            """The stub counts the calls."""

        def __getattr__(self, name: str) -> Any:
            if name in ("do_GET", "do_POST", "do_PUT"):
                return lambda: server.take(self)
            raise AttributeError(name)

    return Handler


class LocalAddress:
    """A transport that leads the calls of Google's hosts to the server, over the transport that the product uses."""

    def __init__(self, http: Any, address: str) -> None:
        self._http, self._address = http, address

    def request(self, uri: str, *args: Any, **kwargs: Any) -> Any:
        parts = urlsplit(uri)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self._http.request(self._address + path, *args, **kwargs)

    def close(self) -> None:
        self._http.close()
