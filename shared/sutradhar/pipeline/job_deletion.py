"""Delete a job with everything that belongs to it alone.

A mark is stored first, then the job goes from the store and from the library, then a worker deletes its files. A
process that is killed in between leaves the mark, and the sweep orders the rest again. Assets and encoded segments are
shared with other jobs through their keys, so they stay until retention deletes them.
"""

from typing import Literal

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import Conflict, NotFound
from sutradhar.domain.jobs.deletion import JobDeletion
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.keeping import end_waiting, require_deletable
from sutradhar.domain.jobs.messages import AnnounceEvents, DeleteJob
from sutradhar.pipeline.deleted_jobs import DELETIONS, find_deletion, mark_deleted
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.webhook_events import announce_events
from sutradhar.ports.stores import MAX_LEASE
from sutradhar.telemetry import log

_SWEEP_LIMIT = 200


def delete_job(services: Services, job_id: str, caller: ApiKey | None = None) -> None:
    """Delete a job that has finished, or that waits for approval. From now on there is no such job; a worker deletes
    its files. A repeat changes nothing.

    Raises:
        NotFound: there is no such job, or ``caller`` may not see it.
        Conflict: the job is in progress.
    """
    try:
        _require_access(services.jobs.get(job_id), caller)
        # its events are stored before the job goes
        job = services.move(job_id, lambda current: end_waiting(current, services.clock.now()))
        require_deletable(job)
        announce_events(services, AnnounceEvents(job_id=job_id))
        job = services.jobs.get(job_id)
    except NotFound:
        _require_deletion(services, job_id, caller)
        return
    deletion = mark_deleted(services, JobDeletion.mark(job, services.clock.now()))
    _delete_record(services, deletion)
    services.send([DeleteJob(job_id=job_id)])


def delete_job_files(services: Services, message: DeleteJob) -> None:
    """Handle DeleteJob: delete what is left of a marked job. A repeat changes nothing.

    Raises:
        LeaseHeld: another worker deletes it.
        BackendError: a store or the runner cannot be reached.
    """
    deletion = find_deletion(services, message.job_id)
    if deletion is None or deletion.state != "pending":
        return
    with hold_lease(services, f"delete/{deletion.id}", MAX_LEASE):
        try:
            _delete_record(services, deletion)
        except Conflict:
            return  # the job went on after it was marked, so it stays
        if deletion.execution:
            services.runner.cancel(deletion.execution)
        services.runner.forget(deletion.id)
        count = delete_files(services, deletion.id)
        _end(services, deletion, "done")
    log("job_deleted", job_id=deletion.id, files=count)


def delete_files(services: Services, job_id: str) -> int:
    """Delete the files below ``jobs/ID/``: videos, captions, thumbnails, requests, summaries; return their number."""
    count = 0
    for blob in services.blobs.list(f"jobs/{job_id}/"):
        services.blobs.delete(blob.name)
        count += 1
    return count


def order_due_deletions(services: Services) -> int:
    """Order the deletions again whose messages were lost; return their number."""
    due = services.documents.list_due(DELETIONS, services.clock.now(), _SWEEP_LIMIT)
    services.send([DeleteJob(job_id=deletion.id) for deletion in due])
    return len(due)


def _delete_record(services: Services, deletion: JobDeletion) -> None:
    """Delete the job itself. If it went on since it was marked, withdraw the mark and raise Conflict."""
    try:
        services.jobs.delete(deletion.id, deletion.check)
    except Conflict:
        _end(services, deletion, "withdrawn")
        raise


def _end(services: Services, deletion: JobDeletion, state: Literal["done", "withdrawn"]) -> None:
    now = services.clock.now()
    services.documents.update(DELETIONS, deletion.id, lambda stored: stored.end(deletion, state, now))


def _require_access(job: Job, caller: ApiKey | None) -> None:
    if caller and not caller.may_see(job.owner):
        raise NotFound(f"there is no job {job.id}")


def _require_deletion(services: Services, job_id: str, caller: ApiKey | None) -> None:
    """Raise NotFound unless ``caller`` has deleted the job some days ago or less."""
    deletion = find_deletion(services, job_id)
    if deletion is None or (caller and not caller.may_see(deletion.owner)):
        raise NotFound(f"there is no job {job_id}")
