"""Serve one of our functions by functions-framework in a process of its own, as it is served when deployed."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from functions.dev.emulated_cloud.emulators import find_free_port

MAIN = Path(__file__).parents[1] / "functions" / "main.py"


@dataclass(frozen=True)
class FunctionServer:
    """A process that serves a function. ``started``: the time of its start by ``time.perf_counter``."""

    port: int
    process: "subprocess.Popen[bytes]"
    started: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Wait until the server answers; it gives no other signal. Raise RuntimeError if it ended."""
        while self.process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            with closing(connection), suppress(OSError):
                connection.request("GET", "/health")
                connection.getresponse().read()
                return
            time.sleep(0.02)
        raise RuntimeError(f"the server ended with {self.process.returncode}")


@contextmanager
def start_function(
    environment: Mapping[str, str],
    target: str = "api",
    source: Path = MAIN,
    log: IO[bytes] | int = subprocess.DEVNULL,
) -> Iterator[FunctionServer]:
    """Start the function ``target`` of the file ``source``, and end it after the block. It may not answer yet."""
    port = find_free_port()
    argv = [sys.executable, "-m", "functions_framework", f"--target={target}", f"--source={source.name}"]
    argv += ["--host=127.0.0.1", f"--port={port}"]
    started = time.perf_counter()
    with subprocess.Popen(argv, cwd=source.parent, env=dict(environment), stdout=log, stderr=log) as process:
        try:
            yield FunctionServer(port, process, started)
        finally:
            process.terminate()
