"""Who runs the renderer: a Cloud Run job, or a process of this machine."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sutradhar.domain.video.capacity import Machine


class ExecutionState(StrEnum):
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    """It ended badly, and its own retries are spent."""
    LOST = "LOST"
    """Nobody runs it any more and nobody saw it end: its machine went away."""


@dataclass(frozen=True)
class ExecutionReport:
    state: ExecutionState
    detail: str = ""
    """The last lines it said, when it failed."""


class RenderRunner(Protocol):
    machine: Machine | None
    """What one task runs on; None: all tasks would share one machine, so one is best."""

    def start(self, job_id: str, render_id: str, request_blob: str, tasks: int = 1) -> str:
        """Start one execution of ``tasks`` tasks and return its name at once. While one of ``render_id`` runs here,
        that one's name."""
        ...

    def report(self, execution: str) -> ExecutionReport: ...

    def cancel(self, execution: str) -> None:
        """Ask it to end; nothing happens if it already has."""
        ...
