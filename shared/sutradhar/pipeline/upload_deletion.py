"""Delete uploads: the caller's request only marks an upload, and a worker deletes its files, for which it has the
right."""

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import Conflict, NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.jobs.messages import DeleteUpload
from sutradhar.domain.jobs.retention import list_upload_ids
from sutradhar.domain.plan.upload import Upload, list_folders, name_blob
from sutradhar.pipeline.audio_cache import forget_listening
from sutradhar.pipeline.batches.removal import find_user_batch
from sutradhar.pipeline.brands.store import find_brand_of_upload
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.upload_records import UPLOADS, forget_old_upload, get_upload, update_upload
from sutradhar.ports.stores import MAX_LEASE

_LIVE = ("pending", "running", "awaiting_approval")
_SWEEP_LIMIT = 200


def order_deletion(services: Services, upload_id: str, caller: ApiKey | None = None) -> None:
    """Hide the upload from all callers, and order the deletion of its files. A repeat orders it again.

    Raises:
        NotFound: there is no such upload, or ``caller`` must not see it.
        Conflict: a brand uses it, or a job or a batch that has not ended; the message names which.
    """
    upload = get_upload(services, upload_id, caller, with_deleted=True)
    if brand := find_brand_of_upload(services, upload_id):
        message = f"{upload.filename} is a file of the brand {brand.name}; change or delete the brand first"
        raise Conflict(message)
    if job := find_user(services, upload_id):
        message = f"{upload.filename} is used by job {job.id}, which has not ended; cancel the job or wait for its end"
        raise Conflict(message)
    if batch := find_user_batch(services, upload_id):
        message = f"{upload.filename} is used by {batch.id}, which has not ended; cancel the batch or wait for its end"
        raise Conflict(message)
    mark_deleted(services, upload)


def mark_deleted(services: Services, upload: Upload) -> None:
    """Hide the upload from all callers, and order the deletion of its files as soon as no job uses it."""
    now = services.clock.now()
    # mark it first: after a crash in between, the sweep sends the message
    update_upload(services, upload.id, lambda one: one if one.deleting_since else one.evolve(deleting_since=now))
    services.send([DeleteUpload(upload_id=upload.id)])


def delete_upload(services: Services, message: DeleteUpload) -> None:
    """Handle DeleteUpload. A job that began to use the upload while it was marked keeps it; the sweep sends the message
    again until the job has ended. Files without an upload are deleted: its record is always older than they are."""
    upload_id = message.upload_id
    with hold_lease(services, f"check-{upload_id}", MAX_LEASE):
        if _may_delete(services, upload_id):
            _erase(services, upload_id)


def erase_upload(services: Services, upload_id: str) -> None:
    """Delete the files and the record of the upload now, also if a job uses it. A repeat deletes what is left.

    Raises:
        LeaseHeld: a worker checks the file.
    """
    with hold_lease(services, f"check-{upload_id}", MAX_LEASE):
        _erase(services, upload_id)


def _erase(services: Services, upload_id: str) -> None:
    services.blobs.delete(name_blob(upload_id))
    # another upload with the same bytes is listened to again when it is used
    for content_id in _list_content_ids(services, upload_id):
        forget_listening(services, content_id)
    for folder in list_folders(upload_id):
        for blob in list(services.blobs.list(folder)):
            services.blobs.delete(blob.name)
    forget_old_upload(services, upload_id)  # or else it would be found there again
    services.documents.delete(UPLOADS, upload_id)


def _list_content_ids(services: Services, upload_id: str) -> set[str]:
    """Return the names under which it may be stored what was heard in the file."""
    try:
        return {upload_id, get_upload(services, upload_id, with_deleted=True).content_id}
    except NotFound:
        return {upload_id}


def _may_delete(services: Services, upload_id: str) -> bool:
    try:
        upload = get_upload(services, upload_id, with_deleted=True)
    except NotFound:
        return True
    if upload.deleting_since is None or find_brand_of_upload(services, upload_id):
        return False
    return find_user(services, upload_id) is None and find_user_batch(services, upload_id) is None


def order_due_upload_deletions(services: Services) -> None:
    """Order the deletions again whose message may be lost, or that waited for a job."""
    due = services.documents.list_due(UPLOADS, services.clock.now(), _SWEEP_LIMIT)
    services.send([DeleteUpload(upload_id=upload.id) for upload in due])


def find_user(services: Services, upload_id: str) -> Job | None:
    """Return a job that uses the upload and has not ended; None: there is none."""
    for state in _LIVE:
        after: str | None = None
        while True:
            page = services.jobs.list_entries(LibraryFilter(state=state), 100, after)
            for entry in page.entries:
                job = _find_job(services, entry.job_id)
                if job and not job.state.is_terminal and upload_id in list_upload_ids(job):
                    return job
            if page.after is None:
                break
            after = page.after
    return None


def _find_job(services: Services, job_id: str) -> Job | None:
    try:
        return services.jobs.get(job_id)
    except NotFound:
        return None
