"""Measure the memory of this process and of all processes below it (Linux)."""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


class MemoryMonitor:
    """Sample the memory of the process tree in a thread, inside a ``with`` block."""

    def __init__(self, every_sec: float = 0.2) -> None:
        self.peak_mb = 0.0
        """Proportional set sizes added up, so that a page that processes share counts once; 0: unknown."""
        self._every_sec, self._ended = every_sec, threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)

    def _watch(self) -> None:
        while not self._ended.wait(self._every_sec):
            self.peak_mb = max(self.peak_mb, sum(_read_pss_mb(pid) for pid in _list_tree(os.getpid())))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()


def _list_tree(pid: int) -> Iterator[int]:
    """Yield ``pid`` and the processes below it that still run."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = thread.read_text().split()
        except OSError:  # the thread has ended
            continue
        for child in children:
            yield from _list_tree(int(child))


def _read_pss_mb(pid: int) -> float:
    try:
        match = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:  # the process has ended, or this is not Linux
        return 0.0
    return int(match[1]) / 1000 if match else 0.0
