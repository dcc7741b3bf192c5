"""Run the renderer as executions of a Cloud Run job."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import run_v2

from sutradhar.backends.gcp.retry import CALL_SEC, RETRY, translate_errors
from sutradhar.domain.language.scripts import Script
from sutradhar.domain.video.capacity import Machine
from sutradhar.ports.clock import Clock
from sutradhar.ports.runner import ExecutionReport, ExecutionState, JobLogs, RenderRunner
from sutradhar.telemetry import write_carried_variable

_LOOK_BACK = 100
"""The newest executions among which a running one of the same render is searched; by default a region runs fewer at
once."""
_MAX_START_WAIT = timedelta(minutes=30)
"""An execution that has not started by then has failed: the quota of L4 GPUs is used up, or the region has none
left."""
_CALL: dict[str, Any] = {"retry": RETRY, "timeout": CALL_SEC}
_END_STATES = {
    run_v2.Condition.State.CONDITION_SUCCEEDED: ExecutionState.SUCCEEDED,
    run_v2.Condition.State.CONDITION_FAILED: ExecutionState.FAILED,
}


class CloudRunRunner(RenderRunner):
    """The runner that starts executions of ``job``.

    Args:
        machine: the machine of one task, as Terraform configures it.
        endpoint: the URL of an emulator of the API, which is called without credentials; empty: Google's API.
    """

    def __init__(self, project: str, region: str, job: str, machine: Machine, endpoint: str, clock: Clock) -> None:
        self.machine: Machine | None = machine
        self._clock = clock
        self._job = f"projects/{project}/locations/{region}/jobs/{job}"
        self._what, self._endpoint = f"Cloud Run job {job} in {region}", endpoint
        self._lock = threading.Lock()
        self._jobs: run_v2.JobsClient | None = None
        self._executions: run_v2.ExecutionsClient | None = None

    def start(self, job_id: str, render_id: str, request_blob: str, tasks: int = 1) -> str:
        del job_id, render_id  # the renderer reads them in the request, at ``request_blob``
        jobs, executions = self._clients()
        variables = {"RENDER_REQUEST": request_blob, **write_carried_variable()}
        env = [run_v2.EnvVar(name=name, value=value) for name, value in variables.items()]
        overrides = run_v2.RunJobRequest.Overrides(
            container_overrides=[run_v2.RunJobRequest.Overrides.ContainerOverride(env=env)], task_count=tasks
        )
        with translate_errors(self._what):
            if running := self._find_running(executions, request_blob):
                return running
            # without a retry: a second execution would render too, and cost as much
            request = run_v2.RunJobRequest(name=self._job, overrides=overrides)
            operation = jobs.run_job(request, retry=None, timeout=CALL_SEC)
            # the result of the operation is the end of the whole execution; its name is known at once
            return str(operation.metadata.name)

    def report(self, execution: str) -> ExecutionReport:
        _, executions = self._clients()
        with translate_errors(self._what):
            try:
                status = executions.get_execution(name=execution, **_CALL)
            except exceptions.NotFound:
                return ExecutionReport(ExecutionState.LOST, "Cloud Run does not know this execution")
        completed = _find_completion(status)
        state = _END_STATES.get(completed.state, ExecutionState.RUNNING) if completed else ExecutionState.RUNNING
        if (
            state is ExecutionState.RUNNING
            and not status.start_time
            and self._clock.now() > status.create_time + _MAX_START_WAIT
        ):
            minutes = round(_MAX_START_WAIT.total_seconds() / 60)
            return ExecutionReport(
                ExecutionState.FAILED,
                f"Cloud Run did not start it within {minutes} minutes; see the quotas of {self._what}",
            )
        if state is not ExecutionState.FAILED:
            return ExecutionReport(state)
        counts = f"{status.failed_count} of {status.task_count} tasks failed after {status.retried_count} retries"
        return ExecutionReport(state, f"{completed.message if completed else ''} ({counts}; log: {status.log_uri})")

    def cancel(self, execution: str) -> None:
        _, executions = self._clients()
        with translate_errors(self._what):
            try:
                executions.cancel_execution(name=execution, **_CALL)
            except (exceptions.NotFound, exceptions.FailedPrecondition, exceptions.BadRequest):
                return  # it has ended

    def close(self) -> None:
        """Close the connections of the clients; the next call opens new ones."""
        with self._lock:
            for client in (self._jobs, self._executions):
                if client is not None:
                    client.transport.close()
            self._jobs = self._executions = None

    def forget(self, job_id: str) -> None:
        """Do nothing: Cloud Logging and Cloud Run delete their records of an execution by themselves."""

    def list_logs(self) -> Sequence[JobLogs]:
        return []

    def list_missing_scripts(self) -> Sequence[Script]:
        return []  # its image has the fonts of all scripts

    def _find_running(self, executions: run_v2.ExecutionsClient, request_blob: str) -> str | None:
        """Return the name of a running execution of this request, if a process started one and was killed before it
        could store the name; otherwise None."""
        request = run_v2.ListExecutionsRequest(parent=self._job, page_size=_LOOK_BACK)
        page = next(iter(executions.list_executions(request, **_CALL).pages))
        for execution in page.executions:
            completion = _find_completion(execution)
            if (completion and completion.state in _END_STATES) or execution.delete_time:
                continue
            env = [(e.name, e.value) for container in execution.template.containers for e in container.env]
            if ("RENDER_REQUEST", request_blob) in env:
                return str(execution.name)
        return None

    def _clients(self) -> tuple[run_v2.JobsClient, run_v2.ExecutionsClient]:
        with self._lock, translate_errors(self._what):
            if self._jobs is None or self._executions is None:
                options: dict[str, Any] = {"transport": "rest"}
                if self._endpoint:
                    options |= {
                        "client_options": {"api_endpoint": self._endpoint},
                        "credentials": AnonymousCredentials(),
                    }
                self._jobs, self._executions = run_v2.JobsClient(**options), run_v2.ExecutionsClient(**options)
            return self._jobs, self._executions


def _find_completion(execution: run_v2.Execution) -> run_v2.Condition | None:
    return next((condition for condition in execution.conditions if condition.type_ == "Completed"), None)
