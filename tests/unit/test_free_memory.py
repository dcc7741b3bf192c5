"""Freed memory goes back to the system, if the C library is glibc."""

import platform
import subprocess
import sys

import pytest

_PROGRAM = """
import threading
import psutil
from sutradhar.free_memory import return_free_memory, return_large_blocks, share_one_arena

def measure_mb():
    return psutil.Process().memory_info().rss / 1e6

def fill():
    # each last one stays, so that the library cannot shorten its heap
    kept.append([bytes(90_000) for _ in range(500)][-1])

share_one_arena()
return_large_blocks()
kept = []
before = measure_mb()
threads = [threading.Thread(target=fill) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
full = measure_mb()
return_free_memory()
print(full - before, measure_mb() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no malloc_trim")
def test_freed_memory_is_returned() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    full_mb, left_mb = map(float, done.stdout.split())
    assert full_mb > 40, "the threads' memory was not kept, so this shows nothing"
    assert left_mb < 10
