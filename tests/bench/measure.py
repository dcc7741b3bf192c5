"""What a process tree costs: wall, CPU seconds, the most memory that all its processes held at once."""

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

_LOOKS_PER_SEC = 5
_LAST = 2000


@dataclass(frozen=True)
class Cost:
    wall: float
    """Seconds."""
    cpu: float
    """Seconds, user and system, of the processes and of all that they waited for."""
    peak_mb: float
    """Proportional set sizes summed over the tree: a page that processes share counts once."""
    largest_mb: float = 0.0
    """Of a single process."""
    largest: str = ""

    @property
    def largest_said(self) -> str:
        return f"largest process: {self.largest}, {self.largest_mb:.0f} MB"


class Peaks(threading.Thread):
    """Looks at the memory of process trees until ``end``."""

    def __init__(self, roots: Sequence[int]) -> None:
        super().__init__(name="peaks", daemon=True)
        self._roots, self._over = list(roots), threading.Event()
        self.tree_mb = self.one_mb = 0.0
        self.largest = ""

    def run(self) -> None:
        while not self._over.wait(1 / _LOOKS_PER_SEC):
            total = 0.0
            for pid in self._roots:
                try:
                    root = psutil.Process(pid)
                    tree = [root, *root.children(recursive=True)]
                except psutil.Error:
                    continue
                for process in tree:
                    try:
                        used = process.memory_full_info().pss / 1e6  # of Linux alone, as this bench is
                        if used > self.one_mb:
                            self.one_mb, self.largest = used, process.name()
                        total += used
                    except psutil.Error:
                        continue
            self.tree_mb = max(self.tree_mb, total)

    def end(self) -> None:
        self._over.set()
        self.join()


def run(*argvs: Sequence[str], env: Mapping[str, str] | None = None, log: Path | None = None) -> Cost:
    """Run the commands side by side to their end. ``env`` is added to ours; ``log`` gets their output.

    Raises:
        RuntimeError: one of them failed; carries the end of what they wrote.
    """
    path = log or Path(os.devnull)
    with path.open("wb") as out:
        begun = time.perf_counter()
        processes = [
            subprocess.Popen(
                list(argv), env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
            for argv in argvs
        ]
        peaks = Peaks([process.pid for process in processes])
        peaks.start()
        cpu, failed = 0.0, None
        for argv, process in zip(argvs, processes, strict=True):
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu += used.ru_utime + used.ru_stime
            if process.returncode:
                failed = f"{' '.join(argv)[:200]} ended with {process.returncode}"
        wall = time.perf_counter() - begun
        peaks.end()
    if failed:
        said = path.read_text(errors="replace")[-_LAST:] if log else ""
        raise RuntimeError(f"{failed}: {said}")
    return Cost(wall, cpu, peaks.tree_mb, peaks.one_mb, peaks.largest)


def module(name: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", name, *map(str, arguments)]


@dataclass(frozen=True)
class Spread:
    """The median of several rounds, and how far they lie apart."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        if len(self.values) == 1:
            return "1 run"
        return f"{min(self.values):.3g} to {max(self.values):.3g}, {len(self.values)} rounds"


def paired(over: Sequence[float], under: Sequence[float]) -> Spread:
    """Ratios round by round: what slows the machine for a while slows both."""
    return Spread(tuple(a / b for a, b in zip(over, under, strict=True)))
