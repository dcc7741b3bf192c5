"""Run the server that all stubs of providers share: it records the requests, and misbehaves as it is retry_info to."""

import json
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

OK = "ok"
FAULTS = (
    "429",
    "429 for long",
    "500",
    "503",
    "timeout",
    "cut",
    "error body",
    "refusal",
    "wrong type",
    "truncated",
    "other size",
    "odd timestamps",
    "no timestamps",
    "slow",
    "unauthorized",
    "no credit",
    "bad request",
    "pending",
)
KEY = "test-key"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    billed: bool = True
    """True if the provider charges for it."""

    @classmethod
    def json(cls, body: Any, status: int = 200, **headers: str) -> "Answer":
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        text = json.dumps(body).encode()
        return cls(status, text, {"Content-Type": "application/json", **named}, billed=status == 200)


@dataclass
class RecordedCall:
    """One request. ``fault``: the fault of its answer."""

    provider: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    fault: str
    at: float
    billed: bool = False

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def form(self) -> dict[str, str]:
        """The text fields of a form (multipart/form-data)."""
        whole = b"Content-Type: " + self.headers["content-type"].encode() + b"\r\n\r\n" + self.raw
        fields = {}
        for part in BytesParser().parsebytes(whole).walk():
            name, value = part.get_param("name", header="Content-Disposition"), part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(value, bytes) and not part.get_filename():
                fields[name] = value.decode()
        return fields


AnswerCall = Callable[[RecordedCall], Answer]
"""Answers a request; ``request.fault`` may ask for the provider's own way to refuse or to answer oddly."""


class ProviderStub:
    """The stubs of all providers at one port of loopback, each below a path of its own, while the block runs."""

    def __init__(self, providers: Mapping[str, AnswerCall]) -> None:
        self._answers = providers
        self._scripts: dict[str, list[str]] = defaultdict(list)
        self._always: dict[str, str] = {}
        self.recorded: list[RecordedCall] = []
        self.before: Callable[[RecordedCall], None] = lambda _request: None
        """Called with each request before it is answered."""
        self._lock, self._over = threading.Lock(), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="providers", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, provider: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{provider}"

    def script(self, provider: str, *faults: str) -> None:
        """Set the faults of the next requests to ``provider``, one after the other; later requests succeed."""
        self._scripts[provider].extend(faults)

    def always(self, provider: str, fault: str) -> None:
        """Set the fault of every request to ``provider`` from now on."""
        self._always[provider] = fault

    def calls(self, provider: str) -> list[RecordedCall]:
        with self._lock:
            return [request for request in self.recorded if request.provider == provider]

    def list_billed(self, provider: str) -> list[RecordedCall]:
        return [request for request in self.calls(provider) if request.billed]

    def take(self, provider: str) -> str:
        with self._lock:
            return self._scripts[provider].pop(0) if self._scripts[provider] else self._always.get(provider, OK)

    def answer(self, request: RecordedCall) -> Answer | None:
        """Return the answer; None: the connection ends without one."""
        with self._lock:
            self.recorded.append(request)
        self.before(request)
        answer = _fail_early(request) or self._answers[request.provider](request)
        request.billed = answer.billed
        match request.fault:
            case "timeout":
                self._over.wait()
                return None
            case "slow":
                self._over.wait(0.3)
            case "wrong type":
                return replace(
                    answer, body=b"<html>Welcome to our hotel's network</html>", headers={"Content-Type": "text/html"}
                )
            case "error body":
                return replace(Answer.json({"error": {"message": "try again later", "code": "internal"}}), billed=True)
        return answer


def _fail_early(request: RecordedCall) -> Answer | None:
    """Return the error that a server in front of the provider's own machines sends, in the provider's form."""
    status = {"429": 429, "429 for long": 429, "500": 500, "503": 503}.get(request.fault)
    if status is None:
        return None
    wait = 40 if request.fault == "429 for long" else 0
    message = {429: "slow down", 500: "it broke", 503: "overloaded"}[status]
    match request.provider:
        case "gemini" | "googletts":
            # no Retry-After: how long to wait is retry_info in the details, and for the rate only
            code = {429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}[status]
            retry_info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{wait}s"}
            error = {
                "code": status,
                "message": message,
                "status": code,
                "details": [retry_info] if status == 429 else [],
            }
            return Answer.json({"error": error}, status)
        case "elevenlabs":
            code = {429: "too_many_concurrent_requests", 500: "internal_server_error", 503: "system_busy"}[status]
            return Answer.json({"detail": {"status": code, "message": message}}, status, Retry_After=str(wait))
        case "freesound":
            detail = f"Request was throttled. Expected available in {wait} seconds." if status == 429 else message
            return Answer.json({"detail": detail}, status, Retry_After=str(wait))
        case "pexels" | "pixabay":
            # text, not JSON
            plain = {"Content-Type": "text/plain", "Retry-After": str(wait)}
            return Answer(status, f"[ERROR {status}] {message}".encode(), plain, billed=False)
    code = {429: "rate_limit_exceeded", 500: "server_error", 503: "unavailable"}[status]
    error = {"message": message, "type": "requests" if status == 429 else "server_error", "param": None, "code": code}
    return Answer.json({"error": error}, status, Retry_After=str(wait))


def _handler(stub: ProviderStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_args: object) -> None:
            """The tests ask ``recorded``."""

        def _do(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            address, _, query = self.path.partition("?")
            provider, _, path = address.lstrip("/").partition("/")
            pairs = dict(part.partition("=")[::2] for part in query.split("&") if part)
            request = RecordedCall(
                provider,
                self.command,
                f"/{path}",
                pairs,
                {k.lower(): v for k, v in self.headers.items()},
                raw,
                stub.take(provider),
                time.monotonic(),
            )
            answer = stub.answer(request)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if request.fault == "cut":
                self.wfile.write(answer.body[: len(answer.body) // 2])
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            else:
                self.wfile.write(answer.body)

        def __getattr__(self, name: str) -> Any:
            if name in ("do_GET", "do_POST", "do_PUT"):
                return self._do
            raise AttributeError(name)

    return Handler
