"""Record which `sutradhar serve` runs on a home, so that another command can stop it."""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from sutradhar.file_lock import is_locked

_FOLDER = "servers"


@dataclass(frozen=True)
class RunningServer:
    """A server that holds the lock on its file; the kernel releases the lock however the server ends."""

    pid: int
    url: str
    path: Path

    def stop(self, timeout_sec: float) -> bool:
        """Ask the server to stop, and wait for its end; return whether it ended within ``timeout_sec`` seconds."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        waiter = Thread(target=_wait_for_lock, args=(self.path,), daemon=True)
        waiter.start()
        waiter.join(timeout_sec)
        return not waiter.is_alive()


@contextmanager
def announce_server(home: Path, url: str) -> Iterator[None]:
    """Record this process as the server of ``url`` while the block runs."""
    path = home / _FOLDER / str(os.getpid())
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(url)
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def list_servers(home: Path) -> list[RunningServer]:
    """Return the servers that run on ``home``, and remove the files of those that were killed."""
    servers = []
    for path in sorted((home / _FOLDER).glob("[0-9]*")):
        if is_locked(path):
            servers.append(RunningServer(int(path.name), path.read_text(), path))
        else:
            path.unlink(missing_ok=True)
    return servers


def _wait_for_lock(path: Path) -> None:
    with suppress(FileNotFoundError), path.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
