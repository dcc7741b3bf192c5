"""Servers with prepared answers, which Google's own clients call."""

import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import grpc

Answer = tuple[int, dict[str, Any]]


class HttpServer:
    """Answers each request with the next of ``answers``, the last one for ever; ``requests`` has method and path of
    each.

    Status 0: no answer until the server ends.
    """

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.requests: list[tuple[str, str]] = []
        self.over = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                server.requests.append((self.command, self.path))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body = answers[min(len(server.requests), len(answers)) - 1]
                if not status:
                    server.over.wait()
                    return
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - their names

            def log_message(self, *_args: object) -> None:
                """Write no log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def grpc_server(code: grpc.StatusCode) -> Iterator[tuple[str, list[str]]]:
    """Yield host and port of a server that ends every call with ``code``, and the methods that were called."""
    calls: list[str] = []

    class Refusing(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            calls.append(details.method)

            def refuse(_requests: Any, context: Any) -> None:
                context.abort(code, f"told to say {code.name}")

            return grpc.stream_stream_rpc_method_handler(refuse)

    server = grpc.server(ThreadPoolExecutor(4), handlers=(Refusing(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", calls
    finally:
        server.stop(None).wait()


def error(code: int, message: str) -> Answer:
    return code, {"error": {"code": code, "message": message}}
