"""Run the function ``frame`` beside the server of `sutradhar serve`."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Lock, Thread

from functions.cli.serve_log import make_command, start_server
from functions.dev.emulated_cloud.emulators import find_free_port
from sutradhar.telemetry import log

_HOST = "127.0.0.1"
_FIRST_PAUSE_SEC, _LONGEST_PAUSE_SEC = 0.5, 30.0
"""Seconds before a lost process is started again; they double each time."""


@contextmanager
def run_frame_function(env: Mapping[str, str], *, as_json: bool, port: int | None = None) -> Iterator[str]:
    """Yield the URL of the function ``frame``, which other processes of this machine can call while the block runs. A
    lost process is started again. ``port``: None: a free one."""
    port = port or find_free_port()
    process = _KeptProcess(make_command("frame", _HOST, port), env, as_json=as_json)
    try:
        yield f"http://{_HOST}:{port}"
    finally:
        process.end()


class _KeptProcess:
    """A process that is started again whenever it ends, until ``end``."""

    def __init__(self, argv: list[str], env: Mapping[str, str], *, as_json: bool) -> None:
        self._argv, self._env, self._as_json = argv, dict(env), as_json
        self._lock, self._leaving = Lock(), Event()
        self._process = self._start()
        self._keeper = Thread(target=self._keep, name="frame", daemon=True)
        self._keeper.start()

    def end(self) -> None:
        """End the process and wait for its end."""
        with self._lock:
            self._leaving.set()
            self._process.terminate()
        self._keeper.join()

    def _start(self) -> subprocess.Popen[bytes]:
        return start_server(self._argv, self._env, as_json=self._as_json)

    def _keep(self) -> None:
        pause = _FIRST_PAUSE_SEC
        while True:
            code = self._process.wait()
            if self._leaving.is_set():
                return
            log("frame_function_lost", level="warning", code=code)
            if self._leaving.wait(pause):
                return
            pause = min(2 * pause, _LONGEST_PAUSE_SEC)
            with self._lock:
                if self._leaving.is_set():
                    return
                self._process = self._start()
