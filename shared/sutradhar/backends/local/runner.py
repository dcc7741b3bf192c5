"""Run the renderer as a process of this machine, started as Cloud Run would start its task."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sutradhar.backends.local.execution_log import ExecutionLog
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.domain.core.errors import LeaseHeld
from sutradhar.domain.jobs.messages import DispatchRender
from sutradhar.domain.language.scripts import Script
from sutradhar.domain.video.capacity import Machine
from sutradhar.font_files import list_missing_scripts
from sutradhar.ports.bus import MessageBus
from sutradhar.ports.runner import ExecutionReport, ExecutionState, JobLogs, RenderRunner
from sutradhar.telemetry import log, write_carried_variable

MAX_RETRIES = 3
"""The number of times that a failed task is started again, as for a Cloud Run job."""
_GRACE_SEC = 5.0
_LAST_LINES = 8
_FILE = re.compile(r"(.+)-\d+\.\d+\.[^.]+\.(?:(?:1\.)?log|json|pid|stop)")
"""The name of a file about an execution: the job, the attempt, the number of the start, the owner and the kind."""


class _Execution:
    def __init__(self, name: str, job_id: str, render_id: str, env: Mapping[str, str]) -> None:
        self.name, self.job_id, self.render_id, self.env = name, job_id, render_id, env
        self.process: subprocess.Popen[bytes] | None = None
        self.cancelled = False
        self.stopping = threading.Event()
        """Set when the execution is cancelled, or when the process that started it exits."""
        self.ended = threading.Event()
        self.report = ExecutionReport(ExecutionState.RUNNING)


class LocalRenderRunner(RenderRunner):
    """Run the renderer on this machine, as one task that may use all of it.

    Several commands may share one home, and each may start the renderer for another command's job. So an execution's
    name ends with the process that owns it, and a file beside its log holds its state. Other processes read there that
    it failed, or that its owner gave the job back before it exited. If the owner has died, the execution is lost.

    ``env`` is the environment of the renderer, ``workdir`` the place for its temporary files (each execution gets a
    folder of its own there, which is gone when it ends), ``argv`` the command, replaceable for tests.
    """

    machine: Machine | None = None

    def __init__(
        self,
        home: Path,
        processes: ProcessRegistry,
        bus: MessageBus,
        env: Mapping[str, str],
        workdir: Path,
        argv: Sequence[str] = (sys.executable, "-m", "gpu_renderer"),
    ) -> None:
        self._processes, self._bus, self._env, self._argv = processes, bus, env, list(argv)
        self._workdir = workdir
        self._remove_orphans()
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
            name = f"{render_id}.{len(self._executions)}.{self._processes.owner}"
            env = {
                **self._env,
                "CLOUD_RUN_JOB": "gpu-renderer",
                "CLOUD_RUN_EXECUTION": name,
                "CLOUD_RUN_TASK_INDEX": "0",
                "CLOUD_RUN_TASK_COUNT": "1",
                "RENDER_REQUEST": request_blob,
                **write_carried_variable(),
            }
            execution = self._executions[name] = _Execution(name, job_id, render_id, env)
            self._write_report(execution)
        threading.Thread(target=self._run, args=(execution,), name=f"execution-{render_id}", daemon=True).start()
        return name

    def report(self, execution: str) -> ExecutionReport:
        own = self._executions.get(execution)
        if own:
            return own.report
        owner = execution.rsplit(".", 1)[-1]
        # in this order, because an owner writes its report before it exits
        alive = owner != self._processes.owner and self._processes.is_alive(owner)
        report = self._read_report(execution)
        lost = report.state is ExecutionState.RUNNING and not alive
        return ExecutionReport(ExecutionState.LOST) if lost else report

    def cancel(self, execution: str) -> None:
        own = self._executions.get(execution)
        if own:
            own.cancelled = True
            own.stopping.set()
            self._end(own)
        elif self.report(execution).state is ExecutionState.RUNNING:
            # another process of this machine runs it: the first file stops that process from another attempt, the
            # second holds the renderer's pid while the renderer runs
            self._file(execution, "stop").touch()
            with suppress(FileNotFoundError, ProcessLookupError, ValueError):
                os.kill(int(self._file(execution, "pid").read_text()), signal.SIGTERM)

    def forget(self, job_id: str) -> None:
        for execution in list(self._executions.values()):
            if execution.job_id == job_id:
                execution.ended.wait(2 * _GRACE_SEC)
        for path, of_job in self._list_files():
            if of_job == _clean_name(job_id):
                path.unlink(missing_ok=True)

    def list_logs(self) -> Sequence[JobLogs]:
        logs: dict[str, JobLogs] = {}
        for path, job_id in self._list_files():
            with suppress(FileNotFoundError):
                facts = path.stat()
                before = logs.get(job_id, JobLogs(job_id, 0, 0, datetime.fromtimestamp(0, UTC)))
                changed_at = max(before.changed_at, datetime.fromtimestamp(facts.st_mtime, UTC))
                logs[job_id] = JobLogs(job_id, before.files + 1, before.size + facts.st_size, changed_at)
        return list(logs.values())

    def list_missing_scripts(self) -> Sequence[Script]:
        return list_missing_scripts()

    def _list_files(self) -> list[tuple[Path, str]]:
        """Return the files about executions, each with the id of its job."""
        return [(path, match[1]) for path in self._folder.iterdir() if (match := _FILE.fullmatch(path.name))]

    def close(self) -> None:
        """End every execution, wait for its end, and give its job back: the job's message is sent again, so that
        another process, or the next one, starts the renderer. From now on ``start`` raises LeaseHeld."""
        with self._lock:
            self._closed = True
        for execution in list(self._executions.values()):
            execution.stopping.set()
            self._end(execution)
            execution.ended.wait(2 * _GRACE_SEC)

    def _run(self, execution: _Execution) -> None:
        report = ExecutionReport(ExecutionState.LOST)
        try:
            report = self._attempts(execution)
        except OSError as exc:  # without a log or a process an immediate second attempt would fail too
            report = ExecutionReport(ExecutionState.FAILED, f"the renderer could not be started: {exc}")
        finally:
            execution.report = report
            try:
                self._announce_end(execution)
            except OSError as exc:  # mostly a full disk; the next sweep of this process reads the report in memory
                log("execution_end_not_announced", level="warning", exc=exc, execution=execution.name)
            finally:
                execution.ended.set()

    def _announce_end(self, execution: _Execution) -> None:
        self._file(execution.name, "pid").unlink(missing_ok=True)
        shutil.rmtree(self._workdir / execution.name, ignore_errors=True)
        try:
            self._write_report(execution)
        finally:
            if execution.report.state is not ExecutionState.SUCCEEDED and not self._is_cancelled(execution):
                # the renderer could not report this itself; the message makes a worker check it before the next sweep
                self._bus.publish(DispatchRender(job_id=execution.job_id))

    def _attempts(self, execution: _Execution) -> ExecutionReport:
        code = -1
        for attempt in range(MAX_RETRIES + 1):
            if execution.stopping.is_set() or self._is_cancelled(execution):
                break
            code = self._attempt(execution, attempt)
            if code == 0:
                return ExecutionReport(ExecutionState.SUCCEEDED)
        if execution.stopping.is_set() and not self._is_cancelled(execution):
            return ExecutionReport(ExecutionState.LOST)  # the owner gave the job back
        return ExecutionReport(ExecutionState.FAILED, f"{self._read_last_lines(execution)} (exit code {code})")

    def _attempt(self, execution: _Execution, attempt: int) -> int:
        # the renderer reads this pipe, and ends when the pipe closes because this process was killed
        listen, hold = os.pipe()
        folder = self._workdir / execution.name
        folder.mkdir(parents=True, exist_ok=True)
        own = {"CLOUD_RUN_TASK_ATTEMPT": str(attempt), "PARENT_FD": str(listen), "TMP_WORKDIR": str(folder)}
        env = {**execution.env, **own}
        try:
            execution.process = subprocess.Popen(
                self._argv,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(listen,),
                start_new_session=True,
            )
            os.close(listen)
            listen = -1
            assert execution.process.stdout
            log_writer = threading.Thread(
                target=self._log(execution).copy, args=(execution.process.stdout,), name="execution-log", daemon=True
            )
            log_writer.start()
            self._file(execution.name, "pid").write_text(str(execution.process.pid))
            if execution.stopping.is_set() or self._is_cancelled(execution):
                self._end(execution)
            code = execution.process.wait()
            # not for ever: a process that the renderer started and that outlives it keeps the pipe open
            log_writer.join(_GRACE_SEC)
            return code
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
            process.wait(_GRACE_SEC)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _remove_orphans(self) -> None:
        """Remove the work directories of renderers whose owners were killed."""
        for folder in self._workdir.glob("*.*.*"):
            if not self._processes.is_alive(folder.name.rsplit(".", 1)[-1]):
                shutil.rmtree(folder, ignore_errors=True)

    def _read_last_lines(self, execution: _Execution) -> str:
        return " | ".join(self._log(execution).read_last_lines(_LAST_LINES)) or "nothing"

    def _log(self, execution: _Execution) -> ExecutionLog:
        return ExecutionLog(self._file(execution.name, "log"))

    def _is_cancelled(self, execution: _Execution) -> bool:
        """Return whether this process, or another one, has cancelled the execution."""
        return execution.cancelled or self._file(execution.name, "stop").exists()

    def _write_report(self, execution: _Execution) -> None:
        report, path = execution.report, self._file(execution.name, "json")
        half = path.with_suffix(f".{self._processes.owner}")
        half.write_text(json.dumps({"state": report.state, "detail": report.detail}))
        half.replace(path)

    def _read_report(self, name: str) -> ExecutionReport:
        try:
            report = json.loads(self._file(name, "json").read_text())
        except FileNotFoundError:
            return ExecutionReport(ExecutionState.RUNNING)
        return ExecutionReport(ExecutionState(report["state"]), report["detail"])

    def _file(self, name: str, kind: str) -> Path:
        return self._folder / f"{_clean_name(name)}.{kind}"


def _clean_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "_", name)
