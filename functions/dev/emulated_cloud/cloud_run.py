"""Cloud Run Jobs on loopback: the REST calls of its API v2 that we make, each task a process of this machine.

A task's environment, its retries, its end by SIGTERM and later SIGKILL, and an execution's conditions and counts are as
Cloud Run has them.
"""

import json
import os
import random
import re
import signal
import string
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, InvalidArgument, NotFound
from google.cloud import run_v2
from google.longrunning import operations_pb2
from google.protobuf import json_format
from google.rpc import status_pb2

_State = run_v2.Condition.State
_GRACE_SEC = 10.0
"""From SIGTERM to SIGKILL (cloud.google.com/run/docs/container-contract)."""
_ABORTED = 10
"""google.rpc.Code of an execution that failed."""
_CANNOT_START = 127
"""As a shell says it."""


@dataclass
class Job:
    """``argv``: what a task runs, in ``env`` and nothing else of ours."""

    argv: Sequence[str]
    env: Mapping[str, str]
    parallelism: int = 0
    """Tasks at a time; 0: all."""
    max_retries: int = 3
    timeout_sec: float = 3600.0


@dataclass
class _Execution:
    proto: Any
    job: Job
    lock: threading.RLock = field(default_factory=threading.RLock)
    processes: set[subprocess.Popen[bytes]] = field(default_factory=set)
    cancelled: bool = False


class CloudRunJobs:
    """Serves ``jobs`` (by their short names) at ``endpoint`` while the block runs; their output goes to ``log_dir``.

    Leaving the block ends every task.
    """

    def __init__(self, jobs: Mapping[str, Job], log_dir: Path) -> None:
        self._jobs, self._log_dir = jobs, log_dir
        self._executions: dict[str, _Execution] = {}
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._log_dir.mkdir(parents=True, exist_ok=True)
        threading.Thread(target=self._server.serve_forever, name="cloud-run", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        for execution in list(self._executions.values()):
            self._cancel(execution)
        for thread in self._threads:
            thread.join()

    def run(self, name: str, body: Mapping[str, Any]) -> Any:
        """RunJob: an Operation that is done when the execution is."""
        short = name.rsplit("/", 1)[-1]
        if short not in self._jobs:
            raise NotFound(f"Resource '{short}' of kind 'JOB' does not exist.")
        request = run_v2.RunJobRequest()
        json_format.ParseDict({**body, "name": name}, run_v2.RunJobRequest.pb(request))
        job, overrides = self._jobs[short], request.overrides
        argv, env = list(job.argv), dict(job.env)
        for container in overrides.container_overrides:
            if container.args or container.clear_args:
                argv = argv[:1] + list(container.args)  # they replace the arguments, never the command
            env |= {variable.name: variable.value for variable in container.env}
        timeout = overrides.timeout.total_seconds() if overrides.timeout else job.timeout_sec
        count = overrides.task_count or 1
        suffix = "".join(random.choices(string.ascii_lowercase + string.digits, k=5))
        proto = run_v2.Execution(
            name=f"{name}/executions/{short}-{suffix}",
            job=short,
            uid=os.urandom(8).hex(),
            create_time=datetime.now(UTC),
            task_count=count,
            parallelism=job.parallelism or count,
            reconciling=True,
            conditions=[run_v2.Condition(type_="Completed", state=_State.CONDITION_RECONCILING)],
            template=run_v2.TaskTemplate(
                containers=[run_v2.Container(env=[run_v2.EnvVar(name=k, value=v) for k, v in env.items()])]
            ),
        )
        execution = _Execution(proto, job)
        with self._lock:
            self._executions[proto.name] = execution
            thread = threading.Thread(target=self._drive, args=(execution, argv, env, timeout), daemon=True)
            self._threads.append(thread)
        operation = self.operation(execution)
        thread.start()
        return operation

    def execution(self, name: str) -> _Execution:
        with self._lock:
            message = self._executions.get(name)
        if message is None:
            raise NotFound(f"Resource '{name.rsplit('/', 1)[-1]}' of kind 'EXECUTION' does not exist.")
        return message

    def executions(self, job: str) -> list[_Execution]:
        """Return the executions of ``job``, the newest first."""
        with self._lock:
            return [e for name, e in reversed(self._executions.items()) if name.startswith(f"{job}/executions/")]

    def cancel(self, name: str) -> Any:
        execution = self.execution(name)
        if not execution.proto.reconciling:
            raise FailedPrecondition("The execution is already completed.")
        self._cancel(execution)
        return self.operation(execution)

    def operation(self, execution: _Execution) -> Any:
        with execution.lock:
            proto = run_v2.Execution.pb(execution.proto)
            place = execution.proto.name.split("/jobs/")[0]
            operation = operations_pb2.Operation(name=f"{place}/operations/{execution.proto.uid}")
            operation.metadata.Pack(proto)
            if not execution.proto.reconciling:
                operation.done = True
                completed = execution.proto.conditions[0]
                if completed.state == _State.CONDITION_SUCCEEDED:
                    operation.response.Pack(proto)
                else:
                    operation.error.CopyFrom(status_pb2.Status(code=_ABORTED, message=completed.message))
            return operation

    def find_by_operation(self, name: str) -> _Execution:
        uid = name.rsplit("/", 1)[-1]
        with self._lock:
            for execution in self._executions.values():
                if execution.proto.uid == uid:
                    return execution
        raise NotFound(f"operation {uid} does not exist")

    def _drive(self, execution: _Execution, argv: Sequence[str], env: Mapping[str, str], timeout: float) -> None:
        proto = execution.proto
        with execution.lock:
            proto.start_time, proto.running_count = datetime.now(UTC), proto.task_count
            proto.conditions.append(run_v2.Condition(type_="Started", state=_State.CONDITION_SUCCEEDED))
        with ThreadPoolExecutor(proto.parallelism) as pool:
            list(pool.map(lambda index: self._task(execution, argv, env, timeout, index), range(proto.task_count)))
        with execution.lock:
            completed, reasons = proto.conditions[0], run_v2.Condition.ExecutionReason
            if execution.cancelled:
                completed.state, completed.execution_reason = _State.CONDITION_FAILED, reasons.CANCELLED
                completed.message = "Execution was cancelled."
            elif proto.failed_count:
                completed.state, completed.execution_reason = _State.CONDITION_FAILED, reasons.NON_ZERO_EXIT_CODE
                completed.message = "A task failed with message: The container exited with an error."
            else:
                completed.state = _State.CONDITION_SUCCEEDED
            proto.completion_time, proto.reconciling = datetime.now(UTC), False

    def _task(
        self, execution: _Execution, argv: Sequence[str], env: Mapping[str, str], timeout: float, index: int
    ) -> None:
        proto, short = execution.proto, execution.proto.name.rsplit("/", 1)[-1]
        for attempt in range(execution.job.max_retries + 1):
            own = {
                **env,
                "CLOUD_RUN_JOB": proto.job,
                "CLOUD_RUN_EXECUTION": short,
                "CLOUD_RUN_TASK_INDEX": str(index),
                "CLOUD_RUN_TASK_COUNT": str(proto.task_count),
                "CLOUD_RUN_TASK_ATTEMPT": str(attempt),
            }
            code = self._attempt(execution, argv, own, timeout, self._log_dir / f"{short}-task{index}.log")
            with execution.lock:
                if code == 0 or execution.cancelled or attempt == execution.job.max_retries:
                    proto.running_count -= 1
                    if code == 0:
                        proto.succeeded_count += 1
                    elif execution.cancelled:
                        proto.cancelled_count += 1
                    else:
                        proto.failed_count += 1
                    return
                proto.retried_count += 1

    def _attempt(
        self, execution: _Execution, argv: Sequence[str], env: Mapping[str, str], timeout: float, log: Path
    ) -> int:
        with execution.lock:
            if execution.cancelled:
                return -1
            with log.open("ab") as out:
                try:
                    process = subprocess.Popen(
                        list(argv),
                        env=dict(env),
                        stdin=subprocess.DEVNULL,
                        stdout=out,
                        stderr=out,
                        start_new_session=True,
                    )
                except OSError as exc:  # no such command: a container that cannot start is a task that failed
                    out.write(f"{exc}\n".encode())
                    return _CANNOT_START
            execution.processes.add(process)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            return _end(process) or -signal.SIGTERM  # too late, however well it ended
        finally:
            with execution.lock:
                execution.processes.discard(process)

    @staticmethod
    def _cancel(execution: _Execution) -> None:
        with execution.lock:
            execution.cancelled = True
            processes = list(execution.processes)
        for process in processes:
            threading.Thread(target=_end, args=(process,), daemon=True).start()


def _end(process: subprocess.Popen[bytes]) -> int:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        return process.wait(_GRACE_SEC)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def _handler(runs: CloudRunJobs) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - the routes and their server
    job = r"projects/[^/]+/locations/[^/]+/jobs/[^/:]+"

    def describe_execution(execution: _Execution) -> dict[str, Any]:
        with execution.lock:
            fields: dict[str, Any] = json_format.MessageToDict(run_v2.Execution.pb(execution.proto))
        return fields

    def convert_to_json(message: Any) -> dict[str, Any]:
        fields: dict[str, Any] = json_format.MessageToDict(message)
        return fields

    routes: list[tuple[str, str, Callable[[str, dict[str, Any]], dict[str, Any]]]] = [
        ("POST", rf"({job}):run", lambda name, body: convert_to_json(runs.run(name, body))),
        (
            "GET",
            rf"({job})/executions",
            lambda name, _: {"executions": [describe_execution(e) for e in runs.executions(name)]},
        ),
        ("GET", rf"({job}/executions/[^/:]+)", lambda name, _: describe_execution(runs.execution(name))),
        ("POST", rf"({job}/executions/[^/:]+):cancel", lambda name, _: convert_to_json(runs.cancel(name))),
        (
            "GET",
            r"(projects/.+/operations/[^/:]+)",
            lambda name, _: convert_to_json(runs.operation(runs.find_by_operation(name))),
        ),
    ]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_args: object) -> None:
            """Log nothing: the tasks' own logs are enough."""

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0].removeprefix("/v2/")
            try:
                for method, pattern, answer in routes:
                    if method == self.command and (match := re.fullmatch(pattern, path)):
                        self._send(200, answer(match[1], json.loads(body or b"{}")))
                        return
                raise NotFound(f"{self.command} {path} is not served here")
            except (json_format.ParseError, ValueError) as exc:
                self._refuse(InvalidArgument(str(exc)))
            except GoogleAPICallError as exc:
                self._refuse(exc)

        def _refuse(self, exc: Any) -> None:
            status = exc.grpc_status_code.name if exc.grpc_status_code else "UNKNOWN"
            self._send(exc.code, {"error": {"code": int(exc.code), "message": exc.message, "status": status}})

        def _send(self, code: int, answer: dict[str, Any]) -> None:
            text = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    return Handler
