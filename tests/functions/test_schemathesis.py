"""Schemathesis sends valid and invalid data to every documented call of a real server, with all of its checks."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from functions.dev.emulated_cloud.emulators import find_free_port

_HERE = Path(__file__).parent
_KEY = "key-of-schemathesis"
"""Without it the first key that is made by a call would shut out all calls after it."""
_MAIN = _HERE.parents[1] / "functions" / "main.py"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The URL of the function ``api`` alone: no worker makes the jobs that it accepts."""
    port = find_free_port()
    argv = [sys.executable, "-m", "functions_framework", "--target=api", f"--source={_MAIN}", "--host=127.0.0.1"]
    env = {**os.environ, "SUTRADHAR_HOME": str(tmp_path / "home"), "RATE_LIMIT_PER_MIN": "0", "API_KEY_ADMIN": _KEY}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*argv, f"--port={port}"], env=env, stdout=log, stderr=log)
    try:
        _wait_for(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def test_every_answer_is_documented_and_none_is_a_server_error(server: str, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(_HERE / "schemathesis.toml"), "run"]
    options = ["--max-examples=8", "--max-time=25", "--generation-deterministic", "--no-color", "--no-shrink"]
    options.append(f"--header=X-API-Key: {_KEY}")
    done = subprocess.run(
        [*argv, f"{server}/openapi.json", *options], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "generated" in done.stdout


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Return when the server answers; it gives no other signal."""
    while process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with closing(connection), suppress(OSError):
            connection.request("GET", "/health")
            connection.getresponse().read()
            return
        time.sleep(0.02)
    raise RuntimeError(f"the server ended with {process.returncode}")
