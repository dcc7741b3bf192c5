"""Read the lines of the log of this machine: `sutradhar.log` with its older copy, and the logs of renderers."""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path
from time import sleep
from typing import Any, Self

LOOK_EVERY_SEC = 0.3
SEVERITIES = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
"""From the least severe one on."""


@dataclass(frozen=True)
class LogLine:
    """One line. A line that is no JSON object of ours, such as one of ffmpeg, has only the field ``message``."""

    fields: dict[str, Any]

    @classmethod
    def parse(cls, text: str) -> Self:
        try:
            fields = json.loads(text)
        except ValueError:
            fields = None
        return cls(fields if isinstance(fields, dict) else {"message": text})

    @property
    def time(self) -> str:
        return str(self.fields.get("time", ""))

    @property
    def severity(self) -> str:
        return str(self.fields.get("severity", "INFO"))


@dataclass(frozen=True)
class LineFilter:
    """The lines of one job (None: all), in one of the ``severities``."""

    job_id: str | None
    severities: Sequence[str]
    """From the least severe one on."""

    def select(self, line: LogLine) -> bool:
        return line.severity in self.severities and (self.job_id is None or self.job_id in line.fields.values())


def read_newest(home: Path, log_name: str, wanted_lines: LineFilter, limit: int) -> list[LogLine]:
    """Return the newest ``limit`` lines, oldest first. The lines of a job's renderers are among them."""
    newest: deque[LogLine] = deque(maxlen=limit)
    for path in (home / f"{log_name}.1", home / log_name):
        newest.extend(filter(wanted_lines.select, _read_file(path)))
    if wanted_lines.job_id is None:
        return list(newest)
    renderer_lines: list[LogLine] = []
    at, before = "", Path()
    for path in sorted((home / "executions").glob(f"{wanted_lines.job_id}-*.log")):
        if before != path.with_suffix(".1.log"):  # otherwise the file goes on where the one before was put aside
            at = ""
        before = path
        for line in _read_file(path):
            at = line.time or at
            if line.severity in wanted_lines.severities:
                renderer_lines.append(LogLine({"time": at, **line.fields}))
    merged = enumerate([*newest, *renderer_lines])
    kept = nlargest(limit, merged, key=lambda numbered: (numbered[1].time, numbered[0]))
    return [line for _, line in reversed(kept)]


class LogTail:
    """The lines that are appended to ``path`` from now on. The file may be put aside or be missing."""

    def __init__(self, path: Path, wanted_lines: LineFilter) -> None:
        self._path, self._wanted_lines = path, wanted_lines
        self._position, self._inode = (path.stat().st_size, path.stat().st_ino) if path.exists() else (0, 0)

    def read_new(self) -> list[LogLine]:
        """Return the lines since the last call."""
        lines: list[LogLine] = []
        if not self._path.exists():
            return lines
        if self._path.stat().st_ino != self._inode:
            self._position, self._inode = 0, self._path.stat().st_ino
        with self._path.open(encoding="utf-8", errors="replace") as file:
            file.seek(self._position)
            while (text := file.readline()).endswith("\n"):
                self._position = file.tell()
                lines.append(LogLine.parse(text.rstrip("\n")))
        return list(filter(self._wanted_lines.select, lines))

    def follow(self) -> Iterator[LogLine]:
        """Yield each new line, for ever."""
        while True:
            yield from self.read_new()
            sleep(LOOK_EVERY_SEC)  # files on some disks and networks send no signal when they grow


def _read_file(path: Path) -> Iterator[LogLine]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                if text.strip():
                    yield LogLine.parse(text.rstrip("\n"))
    except FileNotFoundError:
        return
