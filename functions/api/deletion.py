"""Delete jobs, and pin those that retention must keep."""

from functions.api.auth import caller
from functions.api.endpoint import endpoint
from sutradhar import bootstrap
from sutradhar.domain.core.base import Frozen


class JobPin(Frozen):
    job_id: str
    pinned: bool
    """True: retention keeps the job, its files and the uploads that its plan names."""


@endpoint(answers={204: None}, errors=(409,))
def delete_render(job_id: str) -> tuple[None, int, dict[str, str]]:
    """Delete a job that has finished or waits for approval, with its video and all files that belong to it alone.

    The job is gone with this answer, and a repeat answers the same for some days. A worker deletes the files. A job in
    progress is refused (409): cancel it first.
    """
    from sutradhar.pipeline.job_deletion import delete_job

    delete_job(bootstrap.services(), job_id, caller())
    return None, 204, {}


@endpoint(answers={200: JobPin})
def pin_render(job_id: str) -> JobPin:
    """Keep the job, its files and the uploads that its plan names, however old they are."""
    return _set_pin(job_id, pinned=True)


@endpoint(answers={200: JobPin})
def unpin_render(job_id: str) -> JobPin:
    """Let retention delete the job's files when they are old enough."""
    return _set_pin(job_id, pinned=False)


def _set_pin(job_id: str, *, pinned: bool) -> JobPin:
    from sutradhar.pipeline.pins import set_pin

    job = set_pin(bootstrap.services(), job_id, pinned, caller())
    return JobPin(job_id=job.id, pinned=job.pinned)
