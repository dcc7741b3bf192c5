"""Find and delete the batches of a removal of data, phase by phase.

``find`` returns the ids of the next batch with its amounts, or None if the phase has nothing left. ``delete`` deletes a
batch; a repeat deletes what is left of it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from sutradhar.domain.core.errors import Conflict, NotFound
from sutradhar.domain.jobs.data_removal import Amounts, DataRemoval, RemovalPhase, RemovedAmount, RemovedKind
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.jobs.messages import DeleteJobFiles
from sutradhar.domain.plan.upload import Upload
from sutradhar.pipeline.approvals import APPROVALS
from sutradhar.pipeline.batches.observe import find_job
from sutradhar.pipeline.batches.removal import delete_batch, list_batches_of, list_job_ids, stop_batch
from sutradhar.pipeline.batches.store import BATCHES, name_plans
from sutradhar.pipeline.brands.store import BRANDS
from sutradhar.pipeline.job_deletion import delete_job, delete_job_files
from sutradhar.pipeline.library import refresh_library
from sutradhar.pipeline.publishing.removal import (
    delete_entries,
    find_stale_entries,
    list_all_publications_of,
    remove_publications,
)
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import cancel
from sutradhar.pipeline.upload_assets import delete_assets, find_assets
from sutradhar.pipeline.upload_deletion import erase_upload
from sutradhar.pipeline.upload_records import UPLOADS, adopt_old_uploads, forget_old_index
from sutradhar.pipeline.webhook_delivery import DELIVERIES, delete_webhooks
from sutradhar.pipeline.webhook_secrets import SECRETS, name_secret
from sutradhar.ports.documents import Kind

_LIVE = ("pending", "running", "awaiting_approval")
_PAGE = 100
_MOST_CANCELLED, _MOST_JOBS, _MOST_UPLOADS, _MOST_BATCHES = 50, 10, 20, 5
"""The most things of one batch: each takes a few calls of the stores, and a function has two minutes."""

_OWN_KINDS: Mapping[RemovedKind, Kind[Any]] = {"approvals": APPROVALS, "brands": BRANDS}

Batch = tuple[tuple[str, ...], Amounts]


@dataclass(frozen=True)
class Phase:
    find: Callable[[Services, DataRemoval], Batch | None]
    delete: Callable[[Services, str, tuple[str, ...]], None]
    """Takes the owner and the ids."""


def has_data(services: Services, owner: str) -> bool:
    """Return whether there are jobs, uploads or webhook deliveries of ``owner``."""
    return bool(
        services.jobs.list_entries(LibraryFilter(owner=owner), 1).entries
        or services.documents.list(UPLOADS, owner=owner, limit=1).records
        or services.documents.list(DELIVERIES, owner=owner, limit=1).records
        or any(services.documents.list(kind, owner=owner, limit=1).records for kind in _OWN_KINDS.values())
    )


def _find_live(services: Services, removal: DataRemoval) -> Batch | None:
    """Find the batches and then the jobs to cancel. They are all cancelled before the first one is deleted, so that
    none goes on to pay, and no batch makes further jobs."""
    batches = list_batches_of(services, removal.owner, removal.requested_at)
    if batch_ids := tuple(batch.id for batch in batches if not batch.is_terminal)[:_MOST_BATCHES]:
        return batch_ids, {}
    refresh_library(services)
    ids = [job_id for state in _LIVE for job_id in _list_jobs(services, removal, state, _MOST_CANCELLED)]
    live = tuple(job_id for job_id in ids if _is_live(services, job_id))
    return (live, {}) if live else None


def _is_live(services: Services, job_id: str) -> bool:
    try:
        return not services.jobs.get(job_id).state.is_terminal
    except NotFound:
        return False


def _cancel(services: Services, owner: str, ids: tuple[str, ...]) -> None:
    """Cancel batches or jobs; a batch of a removal has one kind only."""
    for batch_id in services.documents.get_many(BATCHES, ids):
        stop_batch(services, batch_id)
    _cancel_jobs(services, owner, ids)


def _cancel_jobs(services: Services, _owner: str, job_ids: tuple[str, ...]) -> None:
    for job_id in job_ids:
        with suppress(Conflict, NotFound):  # it has ended, or is deleted already
            cancel(services, job_id)


def _find_jobs(services: Services, removal: DataRemoval) -> Batch | None:
    ids = tuple(_list_jobs(services, removal, None, _MOST_JOBS))
    if not ids:
        return None
    sizes = [blob.size for job_id in ids for blob in services.blobs.list(f"jobs/{job_id}/")]
    keys = services.records.read(map(_name_key, ids))
    publications = [one for job_id in ids for one in list_all_publications_of(services, job_id)]
    return ids, {
        "jobs": RemovedAmount(count=len(ids)),
        "job_files": RemovedAmount(count=len(sizes), bytes=sum(sizes)),
        "publications": RemovedAmount(count=len(publications)),
        "idempotency_keys": RemovedAmount(count=len(keys)),
    }


def _delete_jobs(services: Services, owner: str, job_ids: tuple[str, ...]) -> None:
    _cancel_jobs(services, owner, job_ids)  # one may have been retried since
    for job_id in job_ids:
        remove_publications(services, job_id)
        with suppress(NotFound):
            delete_job(services, job_id, has_publications_removed=True)
        delete_job_files(services, DeleteJobFiles(job_id=job_id))
    services.records.delete(map(_name_key, job_ids))


def _find_batches(services: Services, removal: DataRemoval) -> Batch | None:
    batches = [*islice(list_batches_of(services, removal.owner, removal.requested_at), _MOST_BATCHES)]
    if not batches:
        return None
    sizes = [services.blobs.size(name) for batch in batches if services.blobs.exists(name := name_plans(batch.id))]
    return tuple(batch.id for batch in batches), {"batches": RemovedAmount(count=len(batches), bytes=sum(sizes))}


def _delete_batches(services: Services, owner: str, batch_ids: tuple[str, ...]) -> None:
    """Delete batches, with the jobs that they started after the removal was requested."""
    for batch in services.documents.get_many(BATCHES, batch_ids).values():
        stop_batch(services, batch.id)  # one may have been retried since
        if late := tuple(job_id for job_id in list_job_ids(services, batch) if find_job(services, job_id)):
            _delete_jobs(services, owner, late)
        delete_batch(services, batch)


def _find_calendar(services: Services, removal: DataRemoval) -> Batch | None:
    """Find the times of publications that are deleted by now."""
    entry_ids = find_stale_entries(services, removal.owner)
    return (entry_ids, {}) if entry_ids else None


def _delete_calendar(services: Services, _owner: str, entry_ids: tuple[str, ...]) -> None:
    delete_entries(services, entry_ids)


def _find_uploads(services: Services, removal: DataRemoval) -> Batch | None:
    while adopt_old_uploads(services):
        """Go on until all uploads of earlier versions are found."""
    uploads: list[Upload] = []
    after = None
    while len(uploads) < _MOST_UPLOADS:
        page = services.documents.list(UPLOADS, owner=removal.owner, limit=_PAGE, after=after)
        uploads += [one for one in page.records if one.created_at <= removal.requested_at]
        after = page.after
        if after is None:
            break
    del uploads[_MOST_UPLOADS:]
    if not uploads:
        forget_old_index(services, removal.owner)
        return None
    sizes = [blob.size for upload in uploads for blob in services.blobs.list(upload.blob) if blob.name == upload.blob]
    assets = {asset.blob: asset for upload in uploads for asset in find_assets(services, upload.id)}.values()
    return tuple(upload.id for upload in uploads), {
        "uploads": RemovedAmount(count=len(uploads), bytes=sum(sizes)),
        "assets": RemovedAmount(count=len(assets), bytes=sum(asset.size for asset in assets)),
    }


def _delete_uploads(services: Services, _owner: str, upload_ids: tuple[str, ...]) -> None:
    for upload_id in upload_ids:
        erase_upload(services, upload_id)
        delete_assets(services, upload_id)


def _find_webhooks(services: Services, removal: DataRemoval) -> Batch | None:
    deliveries = services.documents.count(DELIVERIES, owner=removal.owner)
    secrets = len(services.documents.get_many(SECRETS, [name_secret(removal.owner)]))
    if not deliveries and not secrets:
        return None
    return (), {
        "webhook_deliveries": RemovedAmount(count=deliveries),
        "webhook_secrets": RemovedAmount(count=secrets),
    }


def _delete_webhooks(services: Services, owner: str, _ids: tuple[str, ...]) -> None:
    delete_webhooks(services, owner)


def _find_records(services: Services, removal: DataRemoval) -> Batch | None:
    """Find the records that no later phase and no worker needs. Their ids begin with the kind: ``approval/ap-1``."""
    for name, kind in _OWN_KINDS.items():
        page = services.documents.list(kind, owner=removal.owner, limit=_PAGE)
        if ids := tuple(f"{name}/{kind.describe(one).id}" for one in page.records):
            return ids, {name: RemovedAmount(count=len(ids))}
    return None


def _delete_records(services: Services, _owner: str, names: tuple[str, ...]) -> None:
    for name in names:
        kind, _, document_id = name.partition("/")
        services.documents.delete(_OWN_KINDS[cast(RemovedKind, kind)], document_id)


def _list_jobs(services: Services, removal: DataRemoval, state: str | None, limit: int) -> Iterator[str]:
    """Yield the ids of at most ``limit`` jobs that the owner had when the removal was requested."""
    after = None
    while limit:
        page = services.jobs.list_entries(LibraryFilter(owner=removal.owner, state=state), _PAGE, after)
        for entry in page.entries:
            if limit and entry.created_at <= removal.requested_at:
                limit -= 1
                yield entry.job_id
        after = page.after
        if after is None:
            return


def _name_key(job_id: str) -> str:
    return f"idempotency/{job_id}"


PHASES: Mapping[RemovalPhase, Phase] = {
    "cancel": Phase(_find_live, _cancel),
    "jobs": Phase(_find_jobs, _delete_jobs),
    "batches": Phase(_find_batches, _delete_batches),
    "calendar": Phase(_find_calendar, _delete_calendar),
    "uploads": Phase(_find_uploads, _delete_uploads),
    "webhooks": Phase(_find_webhooks, _delete_webhooks),
    "records": Phase(_find_records, _delete_records),
}
