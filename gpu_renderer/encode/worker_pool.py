"""Run the worker processes that encode the missing segments of one video."""

import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.core.segments import Segment, list_files
from gpu_renderer.encode import fork_server
from gpu_renderer.encode.encoders import Profile
from gpu_renderer.encode.protocol import EncodeRequest, WorkerEvent
from gpu_renderer.verify.measurement_cache import store_segment
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.ends import name_scene
from sutradhar.domain.video.timeline import MediaRef
from sutradhar.ports.stores import BlobStore

_GRACE_SEC = 0.5
"""A worker ends when its stdin closes; after this time it is killed."""


class ProgressCounter:
    """Add up the finished frames of all workers."""

    def __init__(self, ready: int, progress: Callable[[int], None]) -> None:
        self._ready, self._progress, self._lock = ready, progress, threading.Lock()

    def add(self, frames: int) -> None:
        with self._lock:
            self._ready += frames
            self._progress(self._ready)


class SegmentScheduler:
    """Assign segments so that one worker gets neighbours, whose images it has already prepared."""

    def __init__(self, count: int) -> None:
        self._free = list(range(count))
        self._lock = threading.Lock()

    def take_next(self, last: int | None) -> int | None:
        """Return the segment after ``last`` if it is free, else the middle of the longest free run; None when all are
        taken."""
        with self._lock:
            if not self._free:
                return None
            if last is not None and last + 1 in self._free:
                chosen = last + 1
            elif 0 in self._free:
                chosen = 0
            else:
                longest = max(self._find_runs(), key=len)
                chosen = longest[len(longest) // 2]
            self._free.remove(chosen)
            return chosen

    @property
    def is_empty(self) -> bool:
        with self._lock:
            return not self._free

    def _find_runs(self) -> list[list[int]]:
        runs: list[list[int]] = []
        for index in self._free:
            if runs and runs[-1][-1] == index - 1:
                runs[-1].append(index)
            else:
                runs.append([index])
        return runs


class WorkerPool:
    """The worker processes of one video, and one thread of ours for each of them."""

    def __init__(
        self,
        missing: Mapping[str, Segment],
        profile: Profile,
        blobs: BlobStore,
        workdir: Path,
        *,
        workers: int,
        progress: Callable[[int], None],
        start_last_worker: threading.Event | None = None,
    ) -> None:
        self._missing = list(missing.items())
        self._profile, self._blobs, self._workdir, self._progress = profile, blobs, workdir, progress
        self._scheduler = SegmentScheduler(len(missing))
        self._count = min(workers, len(missing))
        self._start_last_worker = start_last_worker if self._count > 1 else None
        self._processes: list[_WorkerProcess] = []
        self._starting = threading.Lock()
        self._sources: dict[str, Path] = {}
        self._fetching = threading.Lock()
        self._stopped = threading.Event()

    def run(self, cancel: threading.Event, probe: Callable[[], None]) -> None:
        """Encode all segments. If that fails, ``probe`` tells whether the encoder works here; it raises the error to
        report if not.

        With ``start_last_worker`` the last worker starts when that event is set, if there is still work then: until
        the audio mix has freed its core.

        Raises:
            Cancelled: ``cancel`` was set.
            RenderError: a worker or the encoder failed.

        In both cases no worker is left.
        """
        try:
            signal = self._start_last_worker
            delayed = signal if signal and not signal.is_set() else None
            for _ in range(self._count - (delayed is not None)):
                self._start()
            with ThreadPoolExecutor(self._count, thread_name_prefix="segments") as pool:
                futures = [pool.submit(self._serve, process) for process in self._processes]
                if delayed:
                    futures.append(pool.submit(self._serve_later, delayed))
                try:
                    self._wait(futures, cancel)
                finally:
                    self._close()  # before the pool waits for the threads that read from them
        except RenderError:
            self._close()
            probe()
            raise
        finally:
            self._close()

    def _start(self) -> "_WorkerProcess | None":
        with self._starting:  # no worker may start once they are being closed
            if self._stopped.is_set():
                return None
            process = _WorkerProcess()
            self._processes.append(process)
            return process

    def _close(self) -> None:
        with self._starting:
            self._stopped.set()
        for process in self._processes:
            process.end()
        for process in self._processes:
            process.close()

    @staticmethod
    def _wait(futures: Sequence[Future[None]], cancel: threading.Event) -> None:
        while True:
            done, pending = wait(futures, timeout=0.1, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
            if not pending:
                return
            if cancel.is_set():
                raise ffmpeg_process.Cancelled

    def _serve_later(self, signal: threading.Event) -> None:
        while not signal.wait(0.1):
            if self._stopped.is_set() or self._scheduler.is_empty:
                return
        if not self._scheduler.is_empty and (process := self._start()):
            self._serve(process)

    def _serve(self, process: "_WorkerProcess") -> None:
        last: int | None = None
        while not self._stopped.is_set() and (last := self._scheduler.take_next(last)) is not None:
            name, segment = self._missing[last]
            output = self._workdir / f"segment-{last:05d}.mp4"
            request = EncodeRequest(
                segment=segment,
                sources={media.sha256: self._fetch(media) for media in list_files(segment)},
                profile=self._profile,
                output=output,
            )
            process.encode(request, self._progress)
            store_segment(self._blobs, name, segment, output, self._stopped)
            output.unlink()

    def _fetch(self, media: MediaRef) -> Path:
        with self._fetching:
            if media.sha256 not in self._sources:
                self._sources[media.sha256] = self._blobs.fetch(media.blob, self._workdir / f"source-{media.sha256}")
            return self._sources[media.sha256]


class _WorkerProcess:
    """A running ``gpu_renderer.encode.worker``. It ends with this process, because its stdin closes then."""

    def __init__(self) -> None:
        self._popen = fork_server.start_worker(ffmpeg_process.log_commands)

    def encode(self, request: EncodeRequest, progress: Callable[[int], None]) -> None:
        """Send ``request`` and return when its output is complete. ``progress`` gets the numbers of new frames.

        Raises:
            RenderError: the worker reported one, or it ended.
        """
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        scene = request.segment.clips[0].clip.scene
        with suppress(BrokenPipeError, ValueError):  # the worker is gone; the end of its events says so below
            self._popen.stdin.write(request.model_dump_json().encode() + b"\n")
            self._popen.stdin.flush()
        for line in self._popen.stdout:
            event = WorkerEvent.model_validate_json(line)
            if event.failure:
                raise RenderError.from_detail(event.failure)
            if event.frames:
                progress(event.frames)
            if event.done:
                return
        raise RenderError(
            f"the worker process for {name_scene(scene)} ended with {self._popen.wait()}",
            stage="picture",
            scene=scene,
            retryable=True,
            advice="a process killed by signal 9 usually ran out of memory; retry with more memory",
        )

    def end(self) -> None:
        """Ask the worker to end; it kills its ffmpeg."""
        assert self._popen.stdin is not None
        with suppress(BrokenPipeError):
            self._popen.stdin.close()

    def close(self) -> None:
        """Return when the worker has ended."""
        self.end()
        try:
            self._popen.wait(_GRACE_SEC)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        assert self._popen.stdout is not None
        self._popen.stdout.close()
