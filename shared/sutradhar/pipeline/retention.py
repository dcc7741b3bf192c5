"""Delete what is no longer kept: order each removal of a plan as a small step that may be repeated.

Each step looks at its subject again when it marks it. So a job stays that is pinned after the plan was made, and an
upload that is used then. The workers that handle the messages delete the files.
"""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.core.errors import Conflict, LeaseHeld, NotFound
from sutradhar.domain.core.utc_time import format_utc
from sutradhar.domain.jobs.messages import DeleteBatch, DeleteJobFiles, DeleteUpload
from sutradhar.domain.jobs.retention import explain_old_upload, judge_job, mark_files_deleted
from sutradhar.domain.plan.upload import Upload
from sutradhar.pipeline.audio_orders import forget_old_orders
from sutradhar.pipeline.audit import note_act
from sutradhar.pipeline.job_deletion import order_deletion, order_orphan_deletion
from sutradhar.pipeline.retention_plan import Removal, plan_jobs, plan_uploads
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.upload_records import update_upload
from sutradhar.pipeline.voice_samples import forget_old_notes
from sutradhar.ports.stores import MAX_LEASE
from sutradhar.telemetry import log

_EVERY = timedelta(days=1)
_LAST = "retention/last"
"""The record with the time of the last run of a server on this machine."""


def run_retention(services: Services) -> Sequence[Removal]:
    """Order the removal of all that is no longer kept, and return what was ordered. If this is killed, the next run
    goes on."""
    jobs, used, ordered = plan_jobs(services), set[str](), list[Removal]()
    for removal in jobs.removals:
        if apply_removal(services, removal):
            ordered.append(removal)
        else:
            used |= removal.uploads  # the job was pinned meanwhile, so it keeps its uploads too
    # only now: a job whose files are marked as deleted cannot be pinned or retried for its uploads any more
    ordered += [one for one in plan_uploads(services, used | jobs.used_uploads) if apply_removal(services, one)]
    forget_old_notes(services)
    forget_old_orders(services)
    log("retention_ended", removals=len(ordered), bytes=sum(removal.size for removal in ordered))
    return ordered


def run_daily_retention(services: Services) -> None:
    """Run retention unless a server on this machine has run it within a day, or another one runs it now."""
    if not _is_due(services):
        return
    with suppress(LeaseHeld), hold_lease(services, "retention", MAX_LEASE):
        if _is_due(services):
            run_retention(services)
            now = format_utc(services.clock.now())
            services.records.update([_LAST], lambda _before: {_LAST: now})


def apply_removal(services: Services, removal: Removal) -> bool:
    """Mark the subject of ``removal`` and order the deletion of its files. Return False if it has to stay by now."""
    steps = {
        "job": _remove_job,
        "files": _remove_files,
        "orphan": _remove_orphan,
        "batch": _remove_batch,
        "upload": _remove_upload,
        "lost_upload": _remove_lost_upload,
    }
    with suppress(NotFound, Conflict):  # it is deleted, or it was changed meanwhile
        if steps[removal.kind](services, removal.id):
            _note(services, removal)
            return True
    return False


def _remove_job(services: Services, job_id: str) -> bool:
    job = services.jobs.get(job_id)
    if judge_job(job, services.retention, services.clock.now()).fate != "delete_job":
        return False
    order_deletion(services, job)
    return True


def _remove_files(services: Services, job_id: str) -> bool:
    now = services.clock.now()
    job, _ = services.jobs.update(job_id, lambda current: mark_files_deleted(current, services.retention, now))
    if job.files_deleted_at:
        services.send([DeleteJobFiles(job_id=job_id)])
    return job.files_deleted_at is not None


def _remove_orphan(services: Services, job_id: str) -> bool:
    try:
        services.jobs.get(job_id)
    except NotFound:
        order_orphan_deletion(services, job_id)
        return True
    return False


def _remove_batch(services: Services, batch_id: str) -> bool:
    services.send([DeleteBatch(batch_id=batch_id)])
    return True


def _remove_upload(services: Services, upload_id: str) -> bool:
    now = services.clock.now()

    def mark(upload: Upload) -> Upload:
        is_old = bool(explain_old_upload(upload, services.retention, now))
        return upload.evolve(deleting_since=upload.deleting_since or now) if is_old else upload

    upload = update_upload(services, upload_id, mark)
    if upload.deleting_since:
        services.send([DeleteUpload(upload_id=upload_id)])
    return upload.deleting_since is not None


def _remove_lost_upload(services: Services, upload_id: str) -> bool:
    services.send([DeleteUpload(upload_id=upload_id)])
    return True


def _note(services: Services, removal: Removal) -> None:
    is_of_job = removal.kind in ("job", "files", "orphan")
    facts: Mapping[str, str | int] = {"files": removal.files, "bytes": removal.size, "reason": removal.reason}
    entry = AuditEntry(
        id=secrets.token_hex(8),
        at=services.clock.now(),
        action=f"retention_{removal.kind}",
        actor="retention",
        job_id=removal.id if is_of_job else "",
        facts=facts if is_of_job else {**facts, "batch_id" if removal.kind == "batch" else "upload_id": removal.id},
    )
    note_act(services.documents, entry)


def _is_due(services: Services) -> bool:
    last = services.records.read([_LAST]).get(_LAST)
    return last is None or services.clock.now() - datetime.fromisoformat(last) >= _EVERY
