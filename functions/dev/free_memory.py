"""Return memory that this process has freed to the system."""

import ctypes
from contextlib import suppress


def return_free_memory() -> None:
    """Return the freed memory that the C library keeps for later; with another library than glibc do nothing.

    Drawing images and composing music leave about 100 MB of it (malloc_trim(3)).
    """
    with suppress(AttributeError, OSError):  # macOS and musl have no malloc_trim
        ctypes.CDLL(None).malloc_trim(0)
