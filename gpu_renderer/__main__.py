"""Run one render request, from its blob to its last message: the task of the Cloud Run job, and of the local runner.

Exit code 0: the render finished, or failed for good with a message that says so. 1: try again. 143: the process was
asked to end (SIGTERM, or its parent process ended). ``--check`` reports instead what this machine has and lacks
(preflight.py), ``--calibrate`` what a frame costs on it (calibration/report.py; with ``--quick`` roughly).
"""

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.core.mark_errors import wrap_mark_errors
from gpu_renderer.core.task import TaskShard
from gpu_renderer.encode.fork_server import end_workers, prepare_workers
from gpu_renderer.render import render
from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.core.errors import (
    FieldError,
    InvalidRequest,
    NotFound,
    NotInstalled,
    RecordError,
    RenderError,
    describe_failure,
)
from sutradhar.domain.jobs.messages import RenderFinished, RenderProgressed
from sutradhar.domain.video.render_request import RenderRequest, Stage
from sutradhar.free_memory import return_large_blocks, share_one_arena
from sutradhar.ports.backend import Backend
from sutradhar.ports.bus import MessageBus
from sutradhar.telemetry import bind_fields, log, read_carried_variable, span

_TERMINATED = 143
_REPORT_EVERY_SEC = 1.0


class ProgressReporter:
    """Publish how far the render is: at once when the stage changes, else at most once a second.

    Of several tasks, which all have about the same work, only the first reports its segments.
    """

    def __init__(self, bus: MessageBus, request: RenderRequest, shard: TaskShard) -> None:
        self._bus, self._request, self._shard = bus, request, shard
        self._lock = threading.Lock()
        self._stage, self._at = "", 0.0

    def __call__(self, stage: Stage, done: int, total: int) -> None:
        if stage == "picture" and self._shard.index > 0:
            return
        with self._lock:
            now = time.monotonic()
            if stage == self._stage and now - self._at < _REPORT_EVERY_SEC:
                return
            self._stage, self._at = stage, now
        self._bus.publish(
            RenderProgressed(
                job_id=self._request.job_id, render_id=self._request.render_id, stage=stage, done=done, total=total
            )
        )


def main() -> int:
    """Render the request that the settings name, and return the exit code."""
    share_one_arena()
    return_large_blocks()
    prepare_workers()  # before the first thread
    with suppress(NotInstalled):  # the render reports it
        ffmpeg_process.start_reading_version()
    try:
        with bind_fields(component="renderer"):
            return _render_request()
    finally:
        end_workers()


def _render_request() -> int:
    cancel = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        cancel.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        settings = bootstrap.settings()
        task = settings.render_task
        shard = TaskShard(task.task_index, task.task_count, task.execution or "-")
        if shard.index >= shard.count:
            message = f"must be below CLOUD_RUN_TASK_COUNT, {shard.count} (got {shard.index})"
            raise InvalidRequest([FieldError("CLOUD_RUN_TASK_INDEX", message)])
        if task.render_request is None:
            raise InvalidRequest([FieldError("RENDER_REQUEST", "must name the blob of the render request")])
        if task.parent_fd is not None:
            threading.Thread(target=_watch_parent, args=(task.parent_fd, cancel), name="parent", daemon=True).start()
        backend = bootstrap.backend()
        request = RenderRequest.from_record(backend.blobs.get(task.render_request))
    except (InvalidRequest, NotFound, RecordError, ValueError) as exc:
        log("render_refused", level="error", exc=exc)
        return 1
    try:
        carried = read_carried_variable(task.carried_fields)
        ids = {"job_id": request.job_id, "render_id": request.render_id}
        options = {"render_mode": request.mode, "encoder": request.encoder or settings.renderer.encoder}
        with bind_fields(**ids, **options, **carried):
            try:
                with span("render task", **ids, task=str(shard.index)):
                    return _render(request, backend, settings, shard, cancel)
            except Exception as exc:  # the log and Sentry must have it, whatever it is
                log("renderer_crashed", level="error", exc=exc)
                raise  # the last lines of this process, which the job's error quotes, stay readable
    finally:
        backend.close()


def _render(
    request: RenderRequest, backend: Backend, settings: Settings, shard: TaskShard, cancel: threading.Event
) -> int:
    ffmpeg_process.log_commands = settings.renderer.debug
    finished = RenderFinished(job_id=request.job_id, render_id=request.render_id)
    if backend.blobs.exists(request.summary_blob):
        log("render_already_done")
        backend.bus.publish(finished.evolve(summary_blob=request.summary_blob))
        return 0
    try:
        with _make_workdir(settings) as folder:
            report = ProgressReporter(backend.bus, request, shard)
            with wrap_mark_errors():  # before the first frame: an expired certificate costs no render
                signer = bootstrap.mark_signer() if request.marks else None
            summary = render(request, backend.blobs, folder, report, cancel, settings.renderer, shard, signer)
    except ffmpeg_process.Cancelled:
        log("render_stopped", level="warning")
        return _TERMINATED
    except (RenderError, NotInstalled) as exc:
        failure = describe_failure(exc, "start")
        log(
            "render_failed", level="error", exc=exc, stage=failure.stage, scene=failure.scene, cancelled=cancel.is_set()
        )
        if cancel.is_set():
            # the process that started this one may be gone, and the next one has removed the work directory: that
            # must not fail the job, which the next one renders
            return _TERMINATED
        if failure.retryable:
            return 1
        backend.bus.publish(finished.evolve(error=failure))
        return 0
    if summary is None:
        log("render_share_finished", task=shard.index, tasks=shard.count)
        return 0
    log("render_finished", passed=summary.has_passed, timings=summary.render_timings, segments=summary.segments)
    backend.bus.publish(finished.evolve(summary_blob=request.summary_blob))
    return 0


@contextmanager
def _make_workdir(settings: Settings) -> Iterator[Path]:
    """Make an empty directory and remove it afterwards, unless DEBUG preserves it."""
    if settings.render_task.tmp_workdir:
        settings.render_task.tmp_workdir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="sutradhar-render-", dir=settings.render_task.tmp_workdir))
    try:
        yield folder
    finally:
        if settings.renderer.debug:
            log("workdir_preserved", level="debug", path=folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _watch_parent(parent_fd: int, cancel: threading.Event) -> None:
    """Set ``cancel`` when the parent ends: it holds the other end of the pipe and never writes, so reading returns."""
    while os.read(parent_fd, 64):
        pass
    cancel.set()


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments of the command line ask for, and return the exit code."""
    match arguments:
        case []:
            return main()
        case ["--check"]:
            from gpu_renderer import preflight

            return preflight.main()
        case ["--calibrate", *more] if more in ([], ["--quick"]):
            from gpu_renderer.calibration import report

            return report.main(quick=bool(more))
    print(f"--check, --calibrate or --calibrate --quick (got {' '.join(arguments)})", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
