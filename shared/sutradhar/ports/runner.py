"""The port that starts a renderer and asks how it is doing: a Cloud Run job, or a process of this machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sutradhar.domain.language.scripts import Script
from sutradhar.domain.video.capacity import Machine


class ExecutionState(StrEnum):
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    """It ended with an error, and the runner's own retries are used up."""
    LOST = "LOST"
    """It no longer runs, and no process saw its end: its machine went away."""


@dataclass(frozen=True)
class ExecutionReport:
    state: ExecutionState
    detail: str = ""
    """The last lines that a failed execution wrote."""


@dataclass(frozen=True)
class JobLogs:
    """The logs and reports of all executions of one job."""

    job_id: str
    files: int
    size: int
    """In bytes."""
    changed_at: datetime
    """The time of the last change of any of them."""


class RenderRunner(Protocol):
    """Every method raises BackendError if the service that runs the renderer cannot be reached or refuses the call."""

    machine: Machine | None
    """The machine of one task. None: all tasks would share one machine, so an execution has one task only."""

    def start(self, job_id: str, render_id: str, request_blob: str, tasks: int = 1) -> str:
        """Start one execution of ``tasks`` tasks and return its name at once. While an execution of ``render_id`` runs
        here, return the name of that one instead.

        Raises:
            LeaseHeld: this process is ending, so another one has to start the renderer.
        """
        ...

    def report(self, execution: str) -> ExecutionReport:
        """Return the state of the execution; LOST if the runner does not know its name."""
        ...

    def cancel(self, execution: str) -> None:
        """Ask the execution to end; nothing happens if it has ended already."""
        ...

    def forget(self, job_id: str) -> None:
        """Delete what this runner itself keeps about the ended executions of the job, such as their logs."""
        ...

    def list_logs(self) -> Sequence[JobLogs]:
        """Return what this runner itself keeps about executions, by job."""
        ...

    def list_missing_scripts(self) -> Sequence[Script]:
        """Return the scripts whose fonts the renderer lacks."""
        ...
