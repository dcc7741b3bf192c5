"""Let this process keep little memory that it has freed. With another C library than glibc these functions do
nothing."""

import ctypes
from contextlib import suppress

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # malloc.h
_LARGE = 1 << 20
"""Bytes; a frame is larger."""


def share_one_arena() -> None:
    """Let threads that start from now on allocate from one arena (mallopt(3)): each arena keeps free memory of its own,
    which is 30 MB after two threads have made images, a voice and music."""
    with suppress(AttributeError, OSError):  # macOS and musl have no such options
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def return_large_blocks() -> None:
    """Return each block of 1 MB or more to the system when it is freed, instead of keeping it for later."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)


def return_free_memory() -> None:
    """Return freed memory to the system (malloc_trim(3)). Drawing images and composing music leave about 100 MB."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
