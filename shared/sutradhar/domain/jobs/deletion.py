"""Define the mark of a job that its caller deleted: it stays until all files are gone, and keeps the id from being used
again while messages of the deleted job may still arrive."""

from datetime import datetime, timedelta
from typing import Literal

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.keeping import require_deletable

KEEP = timedelta(days=8)
"""The life of a mark after the deletion: Pub/Sub delivers no message that is older than a week."""
_ORDER_AGAIN = timedelta(minutes=5)
"""The time after which the message of a deletion may be lost, so that the sweep sends it again."""

NO_JOB = -1
"""The version in the mark of files without a job."""


class JobDeletion(Record):
    """The deletion of one job."""

    history = History("job deletion", keep_fields)

    id: str
    """The id of the job."""
    owner: str = ""
    job_version: int
    """The number of writes to the job when it was marked. A job that was written to since is not deleted."""
    execution: str | None = None
    """The last execution of the job's renderer, which may still be ending."""
    requested_at: datetime
    ended_at: datetime | None = None
    state: Literal["pending", "done", "withdrawn"] = "pending"
    """withdrawn: the job went on after it was marked."""

    @classmethod
    def mark(cls, job: Job, now: datetime) -> "JobDeletion":
        return cls(id=job.id, owner=job.owner, job_version=job.version, execution=job.execution, requested_at=now)

    @property
    def due_at(self) -> datetime | None:
        """The time from which the sweep orders the deletion again; None: it has ended."""
        return self.requested_at + _ORDER_AGAIN if self.state == "pending" else None

    @property
    def expire_at(self) -> datetime | None:
        return self.ended_at + KEEP if self.ended_at else None

    def check(self, job: Job) -> None:
        """Raise Conflict if the job may not be deleted, or was written to since it was marked."""
        require_deletable(job)
        if job.version != self.job_version:
            raise Conflict("the job was changed at the same time; delete it again")

    def renew(self, again: "JobDeletion") -> "JobDeletion":
        """Return the mark of a further deletion of this job id."""
        return again.evolve(requested_at=self.requested_at)

    def end(self, marked: "JobDeletion", state: Literal["done", "withdrawn"], now: datetime) -> "JobDeletion":
        """Return the mark after its end, unless it is no longer the mark ``marked``."""
        return self.evolve(state=state, ended_at=now) if self == marked else self
