"""Run a real `sutradhar serve` for the studio: the API, the worker and the renderer, in a home of its own."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from functions.dev.emulated_cloud.emulators import find_free_port
from tests.waiting import wait_until

FOX_PLAN: Mapping[str, Any] = {
    "title": "The fox",
    "scenes": [
        {
            "narration": "A small fox saw ripe grapes.",
            "image_prompt": "a fox looks up at grapes on a vine",
        },
        {"narration": "Then it walked away, smiling.", "image_prompt": "a fox walks over green hills at dusk"},
    ],
    "render": {"mode": "PROXY"},
}
"""A plan of about five seconds."""


class StudioServer:
    """A server that a test may stop and start again on the same port and home."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None, port: int | None = None) -> None:
        self.folder, self.home, self.published = folder, folder / "home", folder / "published"
        self.port = port or find_free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.origin}/studio/"
        """The address of the studio."""
        own = {"SUTRADHAR_HOME": str(self.home), "PUBLISH_FOLDER": str(self.published), "TMP_WORKDIR": str(folder)}
        self._environment = {**os.environ, **own, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-m", "functions.cli", "serve", "--port", str(self.port)]
        with (self.folder / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                argv, cwd=self.folder, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        while not self._answers():
            assert self._process.poll() is None, self.read_log()
            time.sleep(0.02)  # the server gives no other signal

    def stop(self) -> None:
        """End the server as Ctrl-C does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(30)
            finally:
                self._process.kill()  # a test that fails leaves nothing behind
                self._process = None

    def read_log(self) -> str:
        """Return what the server wrote."""
        return (self.folder / "serve.log").read_text("utf-8", "replace")

    def _answers(self) -> bool:
        with suppress(OSError):
            return self.call("GET", "/health") is not None
        return False

    def call(self, method: str, path: str, body: object = None, key: str = "") -> Any:
        """Call the API and return the JSON of its answer. Raise AssertionError if it refuses."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            headers = {"Content-Type": "application/json", **({"X-API-Key": key} if key else {})}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            data = response.read()
        assert response.status < 400, f"{method} {path}: {response.status} {data[:2000]!r}"
        return json.loads(data) if data else {}

    def create_job(self, plan: Mapping[str, Any] = FOX_PLAN, **fields: object) -> str:
        """Create a job from a plan of the user's own, and return its id. ``fields``: more of the plan."""
        return str(self.call("POST", "/render", {**plan, **fields})["job_id"])

    def finish_job(self, job_id: str, key: str = "", state: str = "success") -> dict[str, Any]:
        """Wait until the job is in ``state``, and return its status. Raise AssertionError if it ends in another one."""
        status: dict[str, Any] = {}

        def is_over() -> bool:
            status.update(self.call("GET", f"/render/{job_id}/status", key=key))
            return status["state"] in {"success", "error", "canceled", state}

        wait_until(is_over, 120)
        assert status["state"] == state, status
        return status


@contextmanager
def serve_studio(
    folder: Path, environment: Mapping[str, str] | None = None, port: int | None = None
) -> Iterator[StudioServer]:
    """Run a server on a home in ``folder`` while the block runs. ``port``: a free one by default."""
    server = StudioServer(folder, environment, port)
    try:
        server.start()
        yield server
    finally:
        server.stop()
