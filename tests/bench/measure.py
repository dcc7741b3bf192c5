"""Measure the cost of a process tree: wall time, CPU seconds, and the peak memory of all its processes together."""

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLES_PER_SEC = 5
_LAST_CHARS = 2000


@dataclass(frozen=True)
class Cost:
    wall: float
    """Seconds."""
    cpu: float
    """Seconds, user and system, of the processes and of all that they waited for."""
    peak_mb: float
    """Proportional set sizes summed over the tree: a page that processes share counts once."""
    largest_mb: float = 0.0
    """Megabytes of the largest single process."""
    largest: str = ""

    @property
    def largest_text(self) -> str:
        return f"largest process: {self.largest}, {self.largest_mb:.0f} MB"


class MemoryMonitor(threading.Thread):
    """Sample the memory of process trees until ``end``."""

    def __init__(self, roots: Sequence[int]) -> None:
        super().__init__(name="peaks", daemon=True)
        self._roots, self._ended = list(roots), threading.Event()
        self.tree_mb = self.one_mb = 0.0
        self.largest = ""

    def run(self) -> None:
        while not self._ended.wait(1 / _SAMPLES_PER_SEC):
            total = 0.0
            for pid in self._roots:
                try:
                    root = psutil.Process(pid)
                    tree = [root, *root.children(recursive=True)]
                except psutil.Error:
                    continue
                for process in tree:
                    try:
                        used = process.memory_full_info().pss / 1e6  # Linux only, like this bench
                        if used > self.one_mb:
                            self.one_mb, self.largest = used, process.name()
                        total += used
                    except psutil.Error:
                        continue
            self.tree_mb = max(self.tree_mb, total)

    def end(self) -> None:
        self._ended.set()
        self.join()


def run(*commands: Sequence[str], env: Mapping[str, str] | None = None, log: Path | None = None) -> Cost:
    """Run the commands at the same time, to their end. ``env`` is added to ours; ``log`` gets their output.

    Raises:
        RuntimeError: a command failed; the error carries the end of their output.
    """
    path = log or Path(os.devnull)
    with path.open("wb") as out:
        started = time.perf_counter()
        processes = [
            subprocess.Popen(
                list(command), env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
            for command in commands
        ]
        peaks = MemoryMonitor([process.pid for process in processes])
        peaks.start()
        cpu, failed = 0.0, None
        for command, process in zip(commands, processes, strict=True):
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu += used.ru_utime + used.ru_stime
            if process.returncode:
                failed = f"{' '.join(command)[:200]} ended with {process.returncode}"
        wall = time.perf_counter() - started
        peaks.end()
    if failed:
        output = path.read_text(errors="replace")[-_LAST_CHARS:] if log else ""
        raise RuntimeError(f"{failed}: {output}")
    return Cost(wall, cpu, peaks.tree_mb, peaks.one_mb, peaks.largest)


def module(name: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", name, *map(str, arguments)]


@dataclass(frozen=True)
class Spread:
    """The figures of several rounds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        if len(self.values) == 1:
            return "1 run"
        return f"{min(self.values):.3g} to {max(self.values):.3g}, {len(self.values)} rounds"


def compare_rounds(over: Sequence[float], under: Sequence[float]) -> Spread:
    """Return the ratios round by round: what slows the machine for a while slows both."""
    return Spread(tuple(a / b for a, b in zip(over, under, strict=True)))
