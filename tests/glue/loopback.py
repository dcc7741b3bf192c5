"""Serve the function ``api`` on loopback inside the process of the test."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from sutradhar import bootstrap


class _Silent(WSGIRequestHandler):
    def log(self, *_values: Any) -> None:
        """Write no log."""


@contextmanager
def serve_app(client: FlaskClient, end_job: Callable[[str], None]) -> Iterator[str]:
    """Yield the URL of the app of ``client``. ``end_job`` ends a job after the first question about it."""
    app = client.application.wsgi_app

    def serve_and_finish(environ: dict[str, Any], start: Any) -> Any:
        answer = app(environ, start)
        match = re.fullmatch(r"/render/(.+)/status", environ["PATH_INFO"])
        if match and not bootstrap.backend().jobs.get(match[1]).state.is_terminal:
            end_job(match[1])
        return answer

    server = make_server("127.0.0.1", 0, serve_and_finish, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
