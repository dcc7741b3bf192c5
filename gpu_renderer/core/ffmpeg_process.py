"""Start ffmpeg and ffprobe: a command in, a result out. No other module starts them.

A process can be cancelled from outside, and its error carries the last lines of stderr. Only the protocols ``file`` and
``pipe`` are ever opened (see ffmpeg_command.py).
"""

import re
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sutradhar.domain.core.errors import NotInstalled, RenderError
from sutradhar.telemetry import log

_KEPT_LINES = 12
_MAX_ERRORS = 8
_DAMAGE = ("[error]", "[fatal]", "corrupt decoded frame")
"""Parts of the lines that tell of damage. ffmpeg only warns of a frame whose missing parts the decoder made up."""
_PIPE_BYTES = 1 << 20
"""The size of a pipe in bytes that Linux grants to every user. With the usual 64 KiB a frame of 1080p takes 48 turns
instead of 3."""

NO_CODEC = "none"
"""The value of ``-codec_whitelist`` for files that ffmpeg copies and does not decode."""
_NOISE = (f"not on whitelist '{NO_CODEC}'", "Last message repeated")
"""Parts of messages that say nothing of a failure."""

log_commands = False
"""Set by DEBUG: every command is logged when it starts."""


class Cancelled(Exception):
    """Raised when the render was asked to stop."""


@dataclass(frozen=True)
class Result:
    stdout: bytes
    stderr: str


@cache
def find_program(name: str) -> str:
    """Return the full path of ``ffmpeg`` or ``ffprobe``.

    Raises:
        NotInstalled: the program is not on PATH.
    """
    path = shutil.which(name)
    if path is None:
        raise NotInstalled(name, advice="apt-get install ffmpeg (Debian), brew install ffmpeg (macOS)")
    return path


_version_readers: list[subprocess.Popen[str]] = []


def _start_version_reader() -> subprocess.Popen[str]:
    command = [find_program("ffmpeg"), "-version"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def start_reading_version() -> None:
    """Start ``ffmpeg -version``, which takes 50 ms of CPU, while the renderer reads its request.

    Raises:
        NotInstalled: ffmpeg is not on PATH.
    """
    _version_readers.append(_start_version_reader())


@cache
def read_version() -> str:
    """Return the first line of ``ffmpeg -version``.

    Raises:
        NotInstalled: ffmpeg is not on PATH.
    """
    try:
        reader = _version_readers.pop()
    except IndexError:
        reader = _start_version_reader()
    return reader.communicate()[0].splitlines()[0]


class Process:
    """A running ffmpeg. Use it as a context manager: leaving it early kills the process.

    ``pipe=True`` opens its stdin for the caller to write frames to; otherwise stdin is closed. ``stream=True`` means
    that the caller reads ``stdout`` while it runs; finish() returns the rest. ``folder`` is its working directory.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        stage: str,
        pipe: bool = False,
        stream: bool = False,
        scene: int | None = None,
        folder: Path | None = None,
    ) -> None:
        self.argv, self.stage, self.scene = list(argv), stage, scene
        if log_commands:
            log("command", level="debug", argv=self.argv)
        self._popen = subprocess.Popen(
            self.argv,
            stdin=subprocess.PIPE if pipe else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pipesize=_PIPE_BYTES if pipe or stream else -1,
            cwd=folder,
        )
        self._tail: deque[str] = deque(maxlen=400)
        self._reader = threading.Thread(target=self._read_stderr, name="ffmpeg-stderr", daemon=True)
        self._reader.start()

    def _read_stderr(self) -> None:
        assert self._popen.stderr is not None
        for raw in self._popen.stderr:
            line = raw.decode("utf-8", "replace").rstrip()
            if not any(part in line for part in _NOISE):
                self._tail.append(line)

    @property
    def stdin(self) -> IO[bytes]:
        assert self._popen.stdin is not None
        return self._popen.stdin

    @property
    def stdout(self) -> BufferedReader:
        assert isinstance(self._popen.stdout, BufferedReader)
        return self._popen.stdout

    @property
    def stderr(self) -> str:
        """The last 400 lines that ffmpeg wrote."""
        return "\n".join(self._tail)

    def finish(self, cancel: threading.Event | None = None) -> Result:
        """Wait until the process ends, and return the rest of its output.

        Raises:
            Cancelled: ``cancel`` was set; the process is killed.
            RenderError: it exited with another code than 0; the error carries its last lines.
        """
        out: list[bytes] = []
        assert self._popen.stdout is not None
        reader = threading.Thread(target=lambda: out.append(self._popen.stdout.read()), daemon=True)  # type: ignore[union-attr]
        reader.start()
        # its output ends when it does: Popen.wait with a timeout would notice that up to 50 ms later
        while reader.is_alive():
            reader.join(None if cancel is None else 0.1)
            if reader.is_alive() and cancel is not None and cancel.is_set():
                self.kill()
                raise Cancelled
        code = self._popen.wait()
        self._reader.join()
        self._close()
        if code != 0:
            raise self.describe_error(code)
        return Result(b"".join(out), self.stderr)

    def describe_error(self, code: int) -> RenderError:
        """Return the error for the exit code ``code``; below 0 it is the signal that killed ffmpeg."""
        lines = " | ".join(list(self._tail)[-_KEPT_LINES:]) or "it wrote no message"
        is_full = any(s in lines for s in ("No space left", "Disk quota"))
        return RenderError(
            f"{self.argv[0].rsplit('/', 1)[-1]} ended with {code}: {lines}",
            stage=self.stage,
            scene=self.scene,
            retryable=code < 0,
            advice="free some disk space and retry" if is_full else "",
        )

    def kill(self) -> None:
        """Kill the process if it still runs."""
        if self._popen.poll() is None:
            self._popen.kill()
            self._popen.wait()
        self._close()

    def _close(self) -> None:
        self._reader.join()
        for stream in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if stream is not None and not stream.closed:
                with suppress(BrokenPipeError):  # it ended with frames in the pipe; its exit code tells the reason
                    stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def run(
    argv: Sequence[str],
    *,
    stage: str,
    cancel: threading.Event | None = None,
    scene: int | None = None,
    folder: Path | None = None,
) -> Result:
    """Run ffmpeg or ffprobe to its end.

    Raises:
        Cancelled, RenderError: as ``Process.finish``.
    """
    with Process(argv, stage=stage, scene=scene, folder=folder) as process:
        return process.finish(cancel)


def find_errors(log: str) -> tuple[str, ...]:
    """Return the first 8 lines in which ffmpeg, run with ``-loglevel level+...``, tells of damage, without addresses of
    memory, which differ from run to run. At level ``warning`` they include frames that were decoded incompletely."""
    errors = [line for line in log.splitlines() if any(mark in line for mark in _DAMAGE)]
    return tuple(re.sub(r" @ 0x[0-9a-f]+", "", line) for line in errors[:_MAX_ERRORS])
