"""Locks by which processes of this machine show that they live.

The kernel releases the lock of a process however the process ends.
"""

import fcntl
from pathlib import Path


def is_locked(path: Path) -> bool:
    """Return whether a living process holds the lock on ``path``."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
