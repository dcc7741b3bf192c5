"""Measure stages in a process of its own, so that several can be measured at the same time, one on each core.

Requests come as JSON lines on stdin, results go to stdout; the process ends when its stdin closes.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from gpu_renderer.calibration.stages import Sample, measure_sample
from gpu_renderer.encode.encoders import Profile
from sutradhar.config import process_environment
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import Timeline

_READY = b"ready\n"
_GRACE_SEC = 5.0


class SampleRequest(Frozen):
    """Two videos to measure, as ``Sample`` has them. ``sources``: their images by sha256."""

    short: Timeline
    long: Timeline
    sources: dict[str, Path]
    profile: Profile


class Sampler:
    """A running sampler. Use it as a context manager."""

    def __init__(self) -> None:
        started = time.perf_counter()
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "gpu_renderer.calibration.sampler"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=process_environment(),
        )
        assert self._popen.stdout is not None
        if self._popen.stdout.readline() != _READY:
            self.__exit__(None, None, None)
            raise RenderError("a process of the renderer does not start", stage="picture")
        self.start_sec = time.perf_counter() - started
        """Seconds of wall time until it could compose."""

    def begin(self, request: SampleRequest) -> None:
        """Send ``request``; ``take_result`` returns its costs."""
        assert self._popen.stdin is not None
        with suppress(BrokenPipeError):  # take_result says that the process has ended
            self._popen.stdin.write(request.model_dump_json().encode() + b"\n")
            self._popen.stdin.flush()

    def take_result(self) -> Sample:
        """Return the costs of the request, when they are known. Raise RenderError if the process has ended."""
        assert self._popen.stdout is not None
        if not (line := self._popen.stdout.readline()):
            raise RenderError(
                f"a process that measured the renderer ended with {self._popen.wait()}",
                stage="picture",
                advice="read the lines above, then measure again",
            )
        return Sample.model_validate_json(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if exc is not None:
            self._popen.terminate()  # it may be in the middle of a request
        for pipe in (self._popen.stdin, self._popen.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        try:
            self._popen.wait(_GRACE_SEC)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()


def end_on_sigterm() -> None:
    """Let SIGTERM end this process by way of its ``with`` blocks, which end other processes and remove files."""

    def end(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)


def measure_together(samplers: Sequence[Sampler], request: SampleRequest) -> list[Sample]:
    """Return the costs of ``request`` in each sampler, while all of them work at the same time."""
    for sampler in samplers:
        sampler.begin(request)
    return [sampler.take_result() for sampler in samplers]


def _serve() -> None:
    end_on_sigterm()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not get between the results
    out.write(_READY)
    out.flush()
    for line in sys.stdin.buffer:
        request = SampleRequest.model_validate_json(line)
        with tempfile.TemporaryDirectory(prefix="calibrate-") as folder:
            sample = measure_sample(request.short, request.long, request.sources, request.profile, Path(folder))
        out.write(sample.model_dump_json().encode() + b"\n")
        out.flush()


if __name__ == "__main__":
    _serve()
