"""Choose what is kept of a job: pin it, refuse to delete one that goes on, and refuse what needs deleted files."""

from datetime import datetime

from sutradhar.domain.core.errors import Conflict, NotFound
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.publication_note import has_live_publication
from sutradhar.domain.jobs.result import Result


def pin(job: Job, pinned: bool) -> Outcome:
    """Let retention keep the job, or no longer. A repeat changes nothing, and neither moves the job."""
    return job if pinned == job.pinned else job.evolve(pinned=pinned), []


def end_waiting(job: Job, now: datetime) -> Outcome:
    """Cancel the job if it waits for approval: nothing works on it."""
    if job.state is JobState.AWAITING_APPROVAL:
        return job.cancel(now)
    return job, []


def require_unpublished(job: Job) -> None:
    """Raise Conflict if the video is yet to be published."""
    if has_live_publication(job.publications):
        raise Conflict("the video is yet to be published; cancel that first (DELETE /publish/ID/cancel)")


def require_deletable(job: Job) -> None:
    """Raise Conflict if the job goes on by itself, or waits for approval."""
    if not job.state.is_terminal:
        raise Conflict("the job is in progress; cancel it first (DELETE /render/ID/cancel, or `sutradhar cancel`)")


def retry(job: Job, now: datetime) -> Outcome:
    """Retry the job as ``Job.retry`` does. Raise Conflict also if its files are deleted."""
    if job.files_deleted_at and job.state is JobState.FAILED:
        raise Conflict(f"{_explain_deleted(job.files_deleted_at)}; make a new job of its plan (duplicate)")
    return job.retry(now)


def get_kept_result(job: Job) -> Result | None:
    """Return the result of the job as long as its files exist."""
    return None if job.files_deleted_at else job.result


def require_files(job: Job) -> None:
    """Raise NotFound if the files of the job are deleted."""
    if job.files_deleted_at:
        raise NotFound(f"{_explain_deleted(job.files_deleted_at)}; a duplicate of the job makes the video again")


def _explain_deleted(at: datetime) -> str:
    return f"the files of this job were deleted on {at:%Y-%m-%d}, since they are kept for a time only (OUTPUT_DAYS)"
