"""Do whole tasks with the API: make a video and wait for it, send a file, save the result."""

import mimetypes
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from sutradhar.client.errors import JobFailed, WaitedTooLong
from sutradhar.client.generated import models
from sutradhar.client.generated.calls import Calls

T = TypeVar("T")
FileKind = Literal["video", "thumbnail", "summary", "provenance", "captions", "lrc"]
_POLL_SEC = 2.0
"""The API allows a question about a job every two seconds."""
_RESTING = ("success", "error", "canceled", "awaiting_approval")
"""The states in which a job does not go on by itself."""


class Sutradhar(Calls):
    """A server of Sutradhar. Each call of its API is a method; the methods of this class do whole tasks."""

    def make(
        self,
        plan: models.OrderedPlan | Mapping[str, Any],
        *,
        timeout_sec: float = 3600.0,
        on_progress: Callable[[models.JobStatus], None] | None = None,
    ) -> models.JobStatus:
        """Order a video and wait until it is finished.

        Args:
            plan: as for POST /render: a topic, a prompt, or the scenes.
            timeout_sec: the longest time to wait; the job goes on after it.
            on_progress: is called with each status that differs from the one before.

        Raises:
            ApiError, Unreachable: as for every call.
            JobFailed: the job ended without a video.
            WaitedTooLong: it is not finished in time.
        """
        return self.wait(self.create_render(plan).job_id, timeout_sec=timeout_sec, on_progress=on_progress)

    def wait(
        self,
        job_id: str,
        *,
        timeout_sec: float = 3600.0,
        on_progress: Callable[[models.JobStatus], None] | None = None,
    ) -> models.JobStatus:
        """Wait until the job is finished, or waits for the approval of its plan, and return its status.

        Raises:
            ApiError, Unreachable, JobFailed, WaitedTooLong: as for ``make``.
        """
        shown: list[models.JobStatus] = []

        def read() -> models.JobStatus:
            status = self.show_status(job_id)
            if on_progress and shown[-1:] != [status]:
                shown[:] = [status]
                on_progress(status)
            return status

        status = self._poll(read, lambda one: one.state in _RESTING, timeout_sec, job_id)
        if status.state in ("error", "canceled"):
            error = status.error
            raise JobFailed(job_id, status.state, error.cause if error else "", error.advice if error else "")
        return status

    def download(
        self, job_id: str, target: str | Path, kind: FileKind = "video", *, language: str | None = None
    ) -> Path:
        """Save a file of a finished job as ``target``, which appears when it is complete, and return its path.

        Args:
            language: of captions.

        Raises:
            ApiError, Unreachable: as for every call.
            OSError: the file cannot be written.
        """
        query = {"kind": kind, "lang": language, "format": "srt" if kind == "captions" else None}
        return self.save(f"/render/{self.quote(job_id)}/file", Path(target), query)

    def upload(self, source: str | Path, *, timeout_sec: float = 600.0) -> str:
        """Send a file, wait for its check, and return the id by which a plan names it.

        Raises:
            ApiError: the file was refused, or is too large; its ``detail`` says why.
            WaitedTooLong: the check is not finished in time.
            OSError: the file cannot be read.
        """
        path = Path(source)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        place = self.create_upload({"filename": path.name, "content_type": kind, "size": path.stat().st_size})
        self.send_file(place.method, place.url, place.headers, path)
        if self.complete_upload(place.upload_id).state != "ready":
            self._poll(
                lambda: self.show_upload(place.upload_id), lambda one: one.state != "checking", timeout_sec, path.name
            )
            self.complete_upload(place.upload_id)  # it tells the reason if the file was refused
        return place.upload_id

    def wait_for_approval(self, approval_id: str, *, timeout_sec: float = 3600.0) -> models.ApprovalItem:
        """Wait until a person has answered what this agent asked for, and return the approval.

        Raises:
            ApiError, Unreachable: as for every call.
            WaitedTooLong: there is no answer in time.
        """
        return self._poll(
            lambda: self.show_approval(approval_id), lambda one: one.state != "waiting", timeout_sec, approval_id
        )

    @staticmethod
    def _poll(read: Callable[[], T], is_done: Callable[[T], bool], timeout_sec: float, name: str) -> T:
        """Return what ``read`` returns as soon as ``is_done`` is true of it."""
        deadline = time.monotonic() + timeout_sec
        while not is_done(value := read()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise WaitedTooLong(f"{name} is not finished after {timeout_sec:g} s; it goes on: wait for it again")
            time.sleep(min(_POLL_SEC, left))
        return value
