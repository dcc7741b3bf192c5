"""The renderer as executions of a Cloud Run job."""

import threading
from datetime import timedelta
from typing import Any

from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import run_v2

from sutradhar.backends.gcp.retry import CALL_SEC, RETRY, errors
from sutradhar.domain.video.capacity import Machine
from sutradhar.ports.clock import Clock
from sutradhar.ports.runner import ExecutionReport, ExecutionState

_LOOK_BACK = 100
"""Executions in which a running one of the same render is looked for; more than run at once in a region by default."""
_PATIENCE = timedelta(minutes=30)
"""With an execution that does not start: the quota for the L4 is spent, or the region has none left."""
_CALL: dict[str, Any] = {"retry": RETRY, "timeout": CALL_SEC}
_OVER = {
    run_v2.Condition.State.CONDITION_SUCCEEDED: ExecutionState.SUCCEEDED,
    run_v2.Condition.State.CONDITION_FAILED: ExecutionState.FAILED,
}


class CloudRunRunner:
    """``endpoint``: another address of the API, spoken to without credentials; empty: Google's."""

    def __init__(self, project: str, region: str, job: str, machine: Machine, endpoint: str, clock: Clock) -> None:
        self.machine: Machine | None = machine
        self._clock = clock
        self._job = f"projects/{project}/locations/{region}/jobs/{job}"
        self._what, self._endpoint = f"Cloud Run job {job} in {region}", endpoint
        self._lock = threading.Lock()
        self._jobs: run_v2.JobsClient | None = None
        self._executions: run_v2.ExecutionsClient | None = None

    def start(self, job_id: str, render_id: str, request_blob: str, tasks: int = 1) -> str:
        """``job_id`` and ``render_id`` reach the renderer inside the request, at ``request_blob``."""
        del job_id, render_id
        jobs, executions = self._clients()
        env = [run_v2.EnvVar(name="RENDER_REQUEST", value=request_blob)]
        overrides = run_v2.RunJobRequest.Overrides(
            container_overrides=[run_v2.RunJobRequest.Overrides.ContainerOverride(env=env)], task_count=tasks
        )
        with errors(self._what):
            if running := self._running(executions, request_blob):
                return running
            # made once: a second one would render, and be paid for, as well
            request = run_v2.RunJobRequest(name=self._job, overrides=overrides)
            operation = jobs.run_job(request, retry=None, timeout=CALL_SEC)
            # its result is the end of the whole execution; the name is there at once
            return str(operation.metadata.name)

    def report(self, execution: str) -> ExecutionReport:
        _, executions = self._clients()
        with errors(self._what):
            try:
                found = executions.get_execution(name=execution, **_CALL)
            except exceptions.NotFound:
                return ExecutionReport(ExecutionState.LOST, "Cloud Run knows nothing of it")
        completed = _completed(found)
        state = _OVER.get(completed.state, ExecutionState.RUNNING) if completed else ExecutionState.RUNNING
        if (
            state is ExecutionState.RUNNING
            and not found.start_time
            and self._clock.now() > found.create_time + _PATIENCE
        ):
            minutes = round(_PATIENCE.total_seconds() / 60)
            return ExecutionReport(
                ExecutionState.FAILED,
                f"Cloud Run did not start it within {minutes} minutes; see the quotas of {self._what}",
            )
        if state is not ExecutionState.FAILED:
            return ExecutionReport(state)
        counts = f"{found.failed_count} of {found.task_count} tasks failed after {found.retried_count} retries"
        return ExecutionReport(state, f"{completed.message if completed else ''} ({counts}; log: {found.log_uri})")

    def cancel(self, execution: str) -> None:
        _, executions = self._clients()
        with errors(self._what):
            try:
                executions.cancel_execution(name=execution, **_CALL)
            except (exceptions.NotFound, exceptions.FailedPrecondition, exceptions.BadRequest):
                return  # it is over

    def close(self) -> None:
        with self._lock:
            for client in (self._jobs, self._executions):
                if client is not None:
                    client.transport.close()
            self._jobs = self._executions = None

    def _running(self, executions: run_v2.ExecutionsClient, request_blob: str) -> str | None:
        """Left by somebody who was killed before it could write down the name."""
        request = run_v2.ListExecutionsRequest(parent=self._job, page_size=_LOOK_BACK)
        page = next(iter(executions.list_executions(request, **_CALL).pages))
        for found in page.executions:
            done = _completed(found)
            if (done and done.state in _OVER) or found.delete_time:
                continue
            env = [(e.name, e.value) for container in found.template.containers for e in container.env]
            if ("RENDER_REQUEST", request_blob) in env:
                return str(found.name)
        return None

    def _clients(self) -> tuple[run_v2.JobsClient, run_v2.ExecutionsClient]:
        with self._lock, errors(self._what):
            if self._jobs is None or self._executions is None:
                options: dict[str, Any] = {"transport": "rest"}
                if self._endpoint:
                    options |= {
                        "client_options": {"api_endpoint": self._endpoint},
                        "credentials": AnonymousCredentials(),
                    }
                self._jobs, self._executions = run_v2.JobsClient(**options), run_v2.ExecutionsClient(**options)
            return self._jobs, self._executions


def _completed(execution: run_v2.Execution) -> run_v2.Condition | None:
    return next((condition for condition in execution.conditions if condition.type_ == "Completed"), None)
