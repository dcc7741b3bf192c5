"""Choose what is kept of a job: pin it, and refuse to delete one that goes on."""

from datetime import datetime

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job import Job, JobState, Outcome


def pin(job: Job, pinned: bool) -> Outcome:
    """Let retention keep the job, or no longer. A repeat changes nothing, and neither moves the job."""
    return job if pinned == job.pinned else job.evolve(pinned=pinned), []


def end_waiting(job: Job, now: datetime) -> Outcome:
    """Cancel the job if it waits for approval: nothing works on it."""
    if job.state is JobState.AWAITING_APPROVAL:
        return job.cancel(now)
    return job, []


def require_deletable(job: Job) -> None:
    """Raise Conflict if the job goes on by itself, or waits for approval."""
    if not job.state.is_terminal:
        raise Conflict("the job is in progress; cancel it first (DELETE /render/ID/cancel, or `sutradhar cancel`)")
