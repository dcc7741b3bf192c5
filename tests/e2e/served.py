"""A real `sutradhar serve` on a home of its own, and curl as a user has it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.dev.emulated_cloud.emulators import find_free_port

_CURLRC = 'silent\nshow-error\nwrite-out = "%{stderr}status=%{http_code} retry-after=%header{retry-after}\\n"\n'


@dataclass(frozen=True)
class CurlAnswer:
    """The answer to the last call of a command, and the exit code of the command."""

    code: int
    status: int
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class ServedApi:
    """A running server, and a folder in which commands run."""

    url: str
    folder: Path
    home: Path

    def run(self, command: str, variables: Mapping[str, str] | None = None, timeout_sec: float = 120) -> CurlAnswer:
        """Run a command of a shell as it stands. curl is quiet, and tells its statuses to us."""
        (self.folder / ".curlrc").write_text(_CURLRC)
        env = {**os.environ, "HOME": str(self.folder), "SUTRADHAR_HOME": str(self.home), **(variables or {})}
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=timeout_sec,
            check=False,
        )
        lines = [line for line in done.stderr.splitlines() if line.startswith("status=")]
        status = int(lines[-1].split()[0].removeprefix("status=")) if lines else 0
        return CurlAnswer(done.returncode, status, done.stdout)


@contextmanager
def serve(folder: Path, environment: Mapping[str, str] | None = None, backend: str = "local") -> Iterator[ServedApi]:
    """Run `sutradhar serve` on a home in ``folder`` while the block runs, and end it as Ctrl-C does."""
    port, home = find_free_port(), folder / "home"
    env = {**os.environ, "SUTRADHAR_HOME": str(home), **(environment or {})}
    argv = [sys.executable, "-m", "functions.cli", "serve", "--port", str(port), f"--backend={backend}"]
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(argv, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
    api = ServedApi(f"http://127.0.0.1:{port}", folder, home)
    try:
        ready = api.run(f"curl --retry 60 --retry-delay 1 --retry-connrefused {api.url}/health")
        assert ready.status == 200, (folder / "serve.log").read_text()
        yield api
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
