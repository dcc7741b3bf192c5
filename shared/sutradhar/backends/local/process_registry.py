"""The record of which processes are alive on this machine.

A process holds a lock on its own file. The kernel releases the lock however the process ends, so a lease whose owner
died is free at once, and not only when it expires.
"""

import fcntl
import os
import secrets
from pathlib import Path

from sutradhar.file_lock import is_locked


class ProcessRegistry:
    """This process among the processes that share ``home``. ``owner`` names it in leases and temporary files."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "alive"
        self._folder.mkdir(parents=True, exist_ok=True)
        self.owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._file = (self._folder / self.owner).open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def is_alive(self, owner: str) -> bool:
        """Return whether the process of the name ``owner`` still runs."""
        path = self._folder / owner
        if owner == self.owner:
            return not self._file.closed
        if is_locked(path):
            return True
        path.unlink(missing_ok=True)
        return False

    def close(self) -> None:
        """Leave the registry: from now on this process counts as dead."""
        (self._folder / self.owner).unlink(missing_ok=True)
        self._file.close()
