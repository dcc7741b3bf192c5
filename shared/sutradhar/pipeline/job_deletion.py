"""Delete a job with everything that belongs to it alone.

A mark is stored first, then the job goes from the store and from the library, then a worker deletes its files. A
process that is killed in between leaves the mark, and the sweep orders the rest again. Assets and encoded segments are
shared with other jobs through their keys, so they stay until retention deletes them.
"""

from typing import Literal

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import Conflict, NotFound
from sutradhar.domain.jobs.deletion import NO_JOB, JobDeletion
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.keeping import end_waiting, require_deletable, require_unpublished
from sutradhar.domain.jobs.messages import AnnounceEvents, DeleteJobFiles
from sutradhar.pipeline.deleted_jobs import DELETIONS, find_deletion, mark_deleted
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.webhook_events import announce_events
from sutradhar.ports.stores import MAX_LEASE
from sutradhar.telemetry import log

_SWEEP_LIMIT = 200


def delete_job(
    services: Services, job_id: str, caller: ApiKey | None = None, *, has_publications_removed: bool = False
) -> None:
    """Delete a job that has finished, or that waits for approval. From now on there is no such job; a worker deletes
    its files. A repeat changes nothing.

    Raises:
        NotFound: there is no such job, or ``caller`` may not see it.
        Conflict: the job is in progress, or its video is yet to be published.
    """
    try:
        stored = services.jobs.get(job_id)
        _require_access(stored, caller)
        if not has_publications_removed:
            require_unpublished(stored)
        # its events are stored before the job goes
        job = services.move(job_id, lambda current: end_waiting(current, services.clock.now()))
        require_deletable(job)
        announce_events(services, AnnounceEvents(job_id=job_id))
        job = services.jobs.get(job_id)
    except NotFound:
        _require_deletion(services, job_id, caller)
        return
    order_deletion(services, job)


def order_deletion(services: Services, job: Job) -> None:
    """Delete ``job`` from the store and from the library, and order the deletion of its files.

    Raises:
        Conflict: it is in progress, or was written to since it was read.
    """
    deletion = mark_deleted(services, JobDeletion.mark(job, services.clock.now()))
    _delete_record(services, deletion)
    services.send([DeleteJobFiles(job_id=job.id)])


def order_orphan_deletion(services: Services, job_id: str) -> None:
    """Order the deletion of files that are left of a job that does not exist."""
    before, now = find_deletion(services, job_id), services.clock.now()
    if before is None or before.state != "pending":
        owner = before.owner if before else ""
        mark_deleted(services, JobDeletion(id=job_id, owner=owner, job_version=NO_JOB, requested_at=now))
    services.send([DeleteJobFiles(job_id=job_id)])


def delete_job_files(services: Services, message: DeleteJobFiles) -> None:
    """Handle DeleteJobFiles: delete what is left of a marked job, or the files of a job whose files are no longer kept.
    A repeat changes nothing.

    Raises:
        LeaseHeld: another worker deletes them.
        BackendError: a store or the runner cannot be reached.
    """
    with hold_lease(services, f"delete/{message.job_id}", MAX_LEASE):
        deletion = find_deletion(services, message.job_id)
        if deletion and deletion.state == "pending":
            _complete(services, deletion)
        elif deletion is None and _has_lost_files(services, message.job_id):
            count = _delete_files(services, message.job_id)
            log("files_deleted", job_id=message.job_id, files=count)


def _has_lost_files(services: Services, job_id: str) -> bool:
    """Return whether the job exists and its files are no longer kept."""
    try:
        return services.jobs.get(job_id).files_deleted_at is not None
    except NotFound:
        return False


def _complete(services: Services, deletion: JobDeletion) -> None:
    """Delete what is left of a marked job. A job that went on after it was marked stays."""
    try:
        _delete_record(services, deletion)
    except Conflict:
        return
    if deletion.execution:
        services.runner.cancel(deletion.execution)
    count = _delete_files(services, deletion.id)
    _end(services, deletion, "done")
    log("job_deleted", job_id=deletion.id, files=count)


def _delete_files(services: Services, job_id: str) -> int:
    """Delete the logs of the job and its files below ``jobs/ID/``: videos, captions, thumbnails, requests, summaries.
    Return the number of the latter."""
    services.runner.forget(job_id)
    count = 0
    for blob in services.blobs.list(f"jobs/{job_id}/"):
        services.blobs.delete(blob.name)
        count += 1
    return count


def order_due_deletions(services: Services) -> int:
    """Order the deletions again whose messages were lost; return their number."""
    due = services.documents.list_due(DELETIONS, services.clock.now(), _SWEEP_LIMIT)
    services.send([DeleteJobFiles(job_id=deletion.id) for deletion in due])
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
