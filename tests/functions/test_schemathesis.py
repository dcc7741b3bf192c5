"""Schemathesis sends valid and invalid data to every documented call of a real server, with all of its checks."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.function_server import start_function

_HERE = Path(__file__).parent
_KEY = "key-of-schemathesis"
"""Without it the first key that is made by a call would shut out all calls after it."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The URL of the function ``api`` alone: no worker makes the jobs that it accepts."""
    env = {**os.environ, "SUTRADHAR_HOME": str(tmp_path / "home"), "RATE_LIMIT_PER_MIN": "0", "API_KEY_ADMIN": _KEY}
    with (tmp_path / "log").open("wb") as log, start_function(env, log=log) as function:
        function.wait()
        yield function.url


def test_every_answer_is_documented_and_none_is_a_server_error(server: str, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(_HERE / "schemathesis.toml"), "run"]
    options = ["--max-examples=8", "--max-time=25", "--generation-deterministic", "--no-color", "--no-shrink"]
    options.append(f"--header=X-API-Key: {_KEY}")
    done = subprocess.run(
        [*argv, f"{server}/openapi.json", *options], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "generated" in done.stdout
