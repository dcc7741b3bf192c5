"""The log of one execution of the renderer. Its size has a limit, however much the renderer writes."""

import os
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import IO

MAX_BYTES = 5_000_000
"""The size at which a log is put aside. The part before it is deleted then, so an execution keeps twice as much."""
_PIECE = 65_536


class ExecutionLog:
    """The log in the file ``path``, and beside it, with ``.1`` in its name, the part before."""

    def __init__(self, path: Path) -> None:
        self._path, self._before = path, path.with_suffix(f".1{path.suffix}")

    def copy(self, output: IO[bytes]) -> None:
        """Append ``output`` until its end, and close it."""
        with output:
            while piece := os.read(output.fileno(), _PIECE):
                with suppress(OSError):  # a full disk loses lines, but the renderer must not wait until they are read
                    self._append(piece)

    def read_last_lines(self, count: int) -> list[str]:
        """Return the last ``count`` lines, oldest first."""
        lines = chain.from_iterable(_read_end(path).splitlines() for path in (self._before, self._path))
        return list(lines)[-count:]

    def _append(self, piece: bytes) -> None:
        size = self._path.stat().st_size if self._path.exists() else 0
        if size + len(piece) > MAX_BYTES:
            line_end = piece.find(b"\n") + 1
            self._write(piece[:line_end])
            piece = piece[line_end:]
            self._path.replace(self._before)
        self._write(piece)

    def _write(self, piece: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(piece)


def _read_end(path: Path) -> str:
    """Return the end of the file; an empty text if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _PIECE, 0))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
