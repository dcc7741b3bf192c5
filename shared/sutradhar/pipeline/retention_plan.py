"""Plan what retention deletes: read everything, and change nothing."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.retention import (
    LOST_UPLOAD_AGE,
    ORPHAN_AGE,
    Verdict,
    explain_old_upload,
    judge_job,
    list_upload_ids,
)
from sutradhar.domain.plan.upload import Upload
from sutradhar.pipeline.batches.removal import list_batch_uploads, list_old_batches
from sutradhar.pipeline.brands.store import list_kept_uploads
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_records import UPLOADS, adopt_old_uploads
from sutradhar.ports.stores import StoredBlob

_PAGE = 100


@dataclass(frozen=True)
class Removal:
    """One thing that goes."""

    kind: Literal["job", "files", "orphan", "batch", "upload", "lost_upload"]
    """``files``: those of a job that stays. ``orphan``: files of a job that does not exist. ``lost_upload``: a file of
    an upload that does not exist."""
    id: str
    title: str
    files: int
    size: int
    """In bytes."""
    reason: str
    uploads: frozenset[str] = frozenset()
    """The uploads that a job uses no longer once this is done."""


@dataclass(frozen=True)
class _Stock:
    """The stored files of one job or upload."""

    files: int = 0
    size: int = 0
    changed_at: datetime | None = None

    def add(self, files: int, size: int, changed_at: datetime) -> "_Stock":
        last = changed_at if self.changed_at is None else max(self.changed_at, changed_at)
        return _Stock(self.files + files, self.size + size, last)

    def is_older(self, age: timedelta, now: datetime) -> bool:
        return self.changed_at is not None and now - self.changed_at >= age


_NOTHING = _Stock()


@dataclass(frozen=True)
class JobPlan:
    """The part of a plan that is about jobs."""

    removals: Sequence[Removal]
    used_uploads: frozenset[str]
    """The uploads of the jobs that keep their files, and of the batches that have not ended."""


def plan_retention(services: Services) -> Sequence[Removal]:
    """Return what is no longer kept by ``services.retention``, the jobs first."""
    jobs = plan_jobs(services)
    return [*jobs.removals, *plan_uploads(services, jobs.used_uploads)]


def plan_jobs(services: Services) -> JobPlan:
    """Return the jobs, the files of jobs and the batches that are no longer kept."""
    now, files = services.clock.now(), _list_job_files(services)
    job_ids, used, removals = set[str](), list_batch_uploads(services), list[Removal]()
    for job in _list_jobs(services):
        job_ids.add(job.id)
        verdict = judge_job(job, services.retention, now)
        if verdict.fate == "keep" and not job.files_deleted_at:
            used |= set(list_upload_ids(job))
        elif removal := _plan_job(job, verdict, files.get(job.id, _NOTHING)):
            removals.append(removal)
    for job_id, stock in files.items():
        if job_id not in job_ids and stock.is_older(ORPHAN_AGE, now):
            removals.append(Removal("orphan", job_id, "", stock.files, stock.size, "its job was deleted"))
    for batch, reason in list_old_batches(services):
        stock = _list_stock(services.blobs.list(f"batches/{batch.id}/")).get(batch.id, _NOTHING)
        removals.append(Removal("batch", batch.id, batch.name, stock.files, stock.size, reason))
    return JobPlan(removals, frozenset(used))


def _plan_job(job: Job, verdict: Verdict, stock: _Stock) -> Removal | None:
    plan, uploads = job.current_plan, frozenset(list_upload_ids(job))
    title = plan.title or plan.topic or plan.prompt or ""
    if verdict.fate == "delete_job":
        return Removal("job", job.id, title, stock.files, stock.size, verdict.reason, uploads)
    if verdict.fate == "delete_files":
        return Removal("files", job.id, title, stock.files, stock.size, verdict.reason, uploads)
    if stock.files:
        return Removal("files", job.id, title, stock.files, stock.size, "their deletion did not end")
    return None


def plan_uploads(services: Services, used: Collection[str]) -> Iterator[Removal]:
    """Yield the uploads that are no longer kept. ``used``: the ids of those that a job with its files uses. Those of
    brands are kept too."""
    now, known, used = services.clock.now(), set[str](), {*used, *list_kept_uploads(services)}
    # listed first: an upload that is announced meanwhile has no file among these
    sent = _list_stock(services.blobs.list("uploads/"))
    for upload in _list_uploads(services):
        known |= {upload.id, upload.content_id}
        reason = "" if upload.id in used else explain_old_upload(upload, services.retention, now)
        if reason and not upload.deleting_since:
            stock = sent.get(upload.id, _NOTHING)
            yield Removal("upload", upload.id, upload.filename, stock.files, stock.size, reason)
    for upload_id, stock in sent.items():
        if upload_id not in known and stock.is_older(LOST_UPLOAD_AGE, now):
            yield Removal("lost_upload", upload_id, "", stock.files, stock.size, "its upload was deleted")


def _list_jobs(services: Services) -> Iterator[Job]:
    after: str | None = None
    while True:
        page = services.jobs.list_latest(_PAGE, after)
        yield from page.jobs
        if page.after is None:
            return
        after = page.after


def _list_uploads(services: Services) -> Iterator[Upload]:
    adopt_old_uploads(services)
    after: str | None = None
    while True:
        page = services.documents.list(UPLOADS, limit=_PAGE, after=after)
        yield from page.records
        if page.after is None:
            return
        after = page.after


def _list_job_files(services: Services) -> dict[str, _Stock]:
    """Return the stored files and the logs of each job."""
    stocks = _list_stock(services.blobs.list("jobs/"))
    for logs in services.runner.list_logs():
        stocks[logs.job_id] = stocks.get(logs.job_id, _NOTHING).add(logs.files, logs.size, logs.changed_at)
    return stocks


def _list_stock(blobs: Iterator[StoredBlob]) -> dict[str, _Stock]:
    """Return the files by the second part of their names, or by the third of ``uploads/failures/ID/NAME``, and
    of pieces, previews and what was heard likewise."""
    stocks: dict[str, _Stock] = {}
    for blob in blobs:
        parts = blob.name.split("/")
        name = parts[2] if parts[1] in ("failures", "pieces", "previews", "listening") and len(parts) > 3 else parts[1]
        stocks[name] = stocks.get(name, _NOTHING).add(1, blob.size, blob.changed_at)
    return stocks
