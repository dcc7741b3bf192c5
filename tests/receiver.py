"""Receivers of webhooks on loopback: HTTP, and HTTPS with a certificate of the test's own authority."""

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """A running receiver. ``answer`` writes the next answers; without it each is 204."""

    port: int
    requests: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    """The path, the body and the headers of each request."""
    answer: Answer | None = None
    arrived: threading.Event = field(default_factory=threading.Event)


@contextmanager
def run_receiver(certificate: Path | None = None) -> Iterator[Receiver]:
    """Serve on a free port of loopback while the block runs; with ``certificate`` by TLS."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.requests.append((self.path, body, dict(self.headers.items())))
            receiver.arrived.set()
            if receiver.answer:
                receiver.answer(self)
            else:
                self.send_response(204)
                self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_arguments: None  # type: ignore[method-assign] # senders that hang up are expected
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_certificate(folder: Path, name: str) -> Path:
    """Return a certificate for the host ``name`` that signed itself; its key lies beside it."""
    path = folder / f"{name}.pem"
    argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    argv += ["-keyout", str(path.with_suffix(".key")), "-out", str(path), "-days", "2"]
    argv += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run(argv, check=True, capture_output=True)
    return path


def redirect(status: int, target: str) -> Answer:
    """Return an answer that redirects to ``target``."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer
