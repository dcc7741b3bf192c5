"""The renderer as a process of this machine, started as Cloud Run would start its task."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sutradhar.backends.local.presence import Presence
from sutradhar.domain.capacity import Machine
from sutradhar.domain.errors import LeaseHeld
from sutradhar.domain.messages import DispatchRender
from sutradhar.ports.bus import MessageBus
from sutradhar.ports.runner import ExecutionReport, ExecutionState

MAX_RETRIES = 3
"""As on a Cloud Run job: a task that ends badly is started again this often."""
_PATIENCE_SEC = 5.0
_LAST_LINES = 8


class _Execution:
    def __init__(self, name: str, job_id: str, render_id: str, env: Mapping[str, str]) -> None:
        self.name, self.job_id, self.render_id, self.env = name, job_id, render_id, env
        self.process: subprocess.Popen[bytes] | None = None
        self.stopping = threading.Event()
        self.ended = threading.Event()
        self.report = ExecutionReport(ExecutionState.RUNNING)


class LocalRenderRunner:
    """Renders on this machine, which one task has to itself. An execution's name ends with the process that owns it,
    so that others see when it is lost.

    ``env`` is the environment of the renderer, ``workdir`` the place for its temporary files (each execution gets a
    folder of its own there, which is gone when it ends), ``argv`` the command, replaceable for tests.
    """

    machine: Machine | None = None

    def __init__(
        self,
        home: Path,
        presence: Presence,
        bus: MessageBus,
        env: Mapping[str, str],
        workdir: Path,
        argv: Sequence[str] = (sys.executable, "-m", "gpu_renderer"),
    ) -> None:
        self._presence, self._bus, self._env, self._argv = presence, bus, env, list(argv)
        self._workdir = workdir
        self._clear_after_the_dead()
        self._folder = home / "executions"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._executions: dict[str, _Execution] = {}
        self._lock = threading.Lock()
        self._closed = False

    def start(self, job_id: str, render_id: str, request_blob: str, tasks: int = 1) -> str:
        if tasks != 1:
            raise ValueError("one task uses all of this machine; more would only share it")
        with self._lock:
            if self._closed:
                raise LeaseHeld("this process is ending; the next one starts the render")
            for running in self._executions.values():
                if running.render_id == render_id and not running.ended.is_set():
                    return running.name
            name = f"{render_id}.{len(self._executions)}.{self._presence.owner}"
            env = {
                **self._env, "CLOUD_RUN_JOB": "gpu-renderer", "CLOUD_RUN_EXECUTION": name, "CLOUD_RUN_TASK_INDEX": "0",
                "CLOUD_RUN_TASK_COUNT": "1", "RENDER_REQUEST": request_blob,
            }  # fmt: skip
            execution = self._executions[name] = _Execution(name, job_id, render_id, env)
        threading.Thread(target=self._run, args=(execution,), name=f"execution-{render_id}", daemon=True).start()
        return name

    def report(self, execution: str) -> ExecutionReport:
        mine = self._executions.get(execution)
        if mine:
            return mine.report
        owner = execution.rsplit(".", 1)[-1]
        alive = owner != self._presence.owner and self._presence.alive(owner)
        return ExecutionReport(ExecutionState.RUNNING if alive else ExecutionState.LOST)

    def cancel(self, execution: str) -> None:
        mine = self._executions.get(execution)
        if mine:
            mine.stopping.set()
            self._end(mine)
        elif self.report(execution).state is ExecutionState.RUNNING:
            # another process of this machine runs it; its file holds the pid as long as it does
            with suppress(FileNotFoundError, ProcessLookupError, ValueError):
                os.kill(int(self._pid_file(execution).read_text()), signal.SIGTERM)

    def close(self) -> None:
        """End every execution and wait until each is gone. From now on none is started: ``start`` raises LeaseHeld."""
        with self._lock:
            self._closed = True
        for execution in list(self._executions.values()):
            execution.stopping.set()
            self._end(execution)
            execution.ended.wait(2 * _PATIENCE_SEC)

    def _run(self, execution: _Execution) -> None:
        try:
            code = self._attempts(execution)
        finally:
            self._pid_file(execution.name).unlink(missing_ok=True)
            shutil.rmtree(self._workdir / execution.name, ignore_errors=True)
            execution.ended.set()
        if code != 0 and not execution.stopping.is_set():
            # it could not say so itself: have somebody look at it now instead of at the next sweep
            self._bus.publish(DispatchRender(job_id=execution.job_id))

    def _attempts(self, execution: _Execution) -> int:
        code = -1
        for attempt in range(MAX_RETRIES + 1):
            if execution.stopping.is_set():
                break
            code = self._attempt(execution, attempt)
            if code == 0:
                break
        state = ExecutionState.SUCCEEDED if code == 0 else ExecutionState.FAILED
        execution.report = ExecutionReport(state, "" if code == 0 else f"{self._said(execution)} (exit code {code})")
        return code

    def _attempt(self, execution: _Execution, attempt: int) -> int:
        # the renderer reads this pipe and ends when it closes: that is how it notices that we were killed
        listen, hold = os.pipe()
        folder = self._workdir / execution.name
        folder.mkdir(parents=True, exist_ok=True)
        own = {"CLOUD_RUN_TASK_ATTEMPT": str(attempt), "PARENT_FD": str(listen), "TMP_WORKDIR": str(folder)}
        env = {**execution.env, **own}
        try:
            with self._log(execution).open("ab") as out:
                execution.process = subprocess.Popen(
                    self._argv, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                    pass_fds=(listen,), start_new_session=True,
                )  # fmt: skip
            os.close(listen)
            listen = -1
            self._pid_file(execution.name).write_text(str(execution.process.pid))
            if execution.stopping.is_set():
                self._end(execution)
            return execution.process.wait()
        finally:
            os.close(hold)
            if listen >= 0:
                os.close(listen)

    def _end(self, execution: _Execution) -> None:
        process = execution.process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(_PATIENCE_SEC)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _clear_after_the_dead(self) -> None:
        """Remove what renderers left whose processes were killed."""
        for folder in self._workdir.glob("*.*.*"):
            if not self._presence.alive(folder.name.rsplit(".", 1)[-1]):
                shutil.rmtree(folder, ignore_errors=True)

    def _said(self, execution: _Execution) -> str:
        try:
            lines = self._log(execution).read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return "nothing"
        return " | ".join(lines[-_LAST_LINES:]) or "nothing"

    def _log(self, execution: _Execution) -> Path:
        return self._folder / f"{re.sub(r'[^A-Za-z0-9.-]', '_', execution.name)}.log"

    def _pid_file(self, name: str) -> Path:
        return self._folder / f"{re.sub(r'[^A-Za-z0-9.-]', '_', name)}.pid"
