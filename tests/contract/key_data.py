"""The data of two keys on one backend: jobs in several states, uploads with the same bytes, webhooks, older records."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sutradhar.destinations.folder import FolderDestination
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.requests import UPLOAD_PROVIDER
from sutradhar.domain.assets.specs import UploadSpec, cache_key
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.jobs.removal_answer import RemovalAnswer
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import Upload
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.pipeline.batches.store import BATCH_ROWS, BATCHES
from sutradhar.pipeline.batches.submit import BatchOrder, OrderedRow, submit_batch
from sutradhar.pipeline.data_removal import REMOVALS
from sutradhar.pipeline.publishing.schedule import PublicationOrder, change_publication, schedule_publication
from sutradhar.pipeline.publishing.store import CALENDAR, PUBLICATIONS
from sutradhar.pipeline.upload_records import UPLOADS
from sutradhar.pipeline.uploads import create_upload
from sutradhar.pipeline.webhook_delivery import DELIVERIES
from sutradhar.pipeline.webhook_secrets import SECRETS, get_secret, name_secret
from tests.contract.conftest import StoreFixture
from tests.contract.webhook_post import Post

MINE, OTHER = "key-1", "key-2"
IMAGE = b"the same image of both keys"
DIGEST = hashlib.sha256(IMAGE).hexdigest()
SHARED_BLOB = f"assets/{DIGEST}.jpg"
"""The file of an asset of an earlier version, whose name tells only its bytes."""


class KeyData:
    """The services of a backend, and the data of two keys."""

    def __init__(self, kit: StoreFixture) -> None:
        self.kit, self.post = kit, Post(kit)
        self.services = self.post.services
        runner: Any = SimpleNamespace(cancel=lambda _execution: None, forget=lambda _job_id: None)
        object.__setattr__(self.services.backend, "runner", runner)
        destinations: Any = self.services.providers.destinations
        destinations["folder"] = FolderDestination(Path("published"))  # nothing is published here
        kit.blobs.put(SHARED_BLOB, IMAGE)
        kit.blobs.put("assets/narration.wav", b"of a text")
        for owner in (MINE, OTHER):
            self._fill(owner)
        kit.clock.advance(1)

    def _fill(self, owner: str) -> None:
        for state in ("failed", "running"):
            job = self.post.create_job(f"job-{owner}-{state}", owner)
            self.kit.blobs.put(f"jobs/{job.id}/renders/1/video.mp4", b"a video")
            self.kit.blobs.put(f"jobs/{job.id}/failures/x.json", b"{}")
        self.post.fail(f"job-{owner}-failed")
        record = f"idempotency/job-{owner}-failed"
        self.kit.records.update([record], lambda _: {record: json.dumps({"used": owner})})
        get_secret(self.services, owner)
        self._add_old_upload(owner)
        self._add_publication(owner)
        self._add_batch(owner)
        upload = self.add_upload(owner)
        self._save_asset(upload.id, "image", f"assets/{upload.id}/{DIGEST}.jpg")
        self._save_asset(upload.id, "music", SHARED_BLOB)

    def add_upload(self, owner: str) -> Upload:
        key = ApiKey(id=owner, name=owner, digest="")
        upload = create_upload(self.services, "me.png", "image/png", len(IMAGE), caller=key)
        self.kit.blobs.put(upload.blob, IMAGE)
        return upload

    def _add_batch(self, owner: str) -> None:
        """Store a batch of two rows that have not begun."""
        rows = [OrderedRow(row_id=str(number), plan=RenderPlan(topic=owner)) for number in range(2)]
        submit_batch(self.services, BatchOrder(rows=rows), caller=ApiKey(id=owner, name=owner, digest=""))

    def _add_publication(self, owner: str) -> None:
        """Order the publication of a job, and change its time twice."""
        job = self.services.jobs.get(f"job-{owner}-running")
        at = self.kit.clock.now() + timedelta(days=2)
        one = schedule_publication(self.services, job, PublicationOrder("folder", PublicationDetails(title="Tea"), at))
        for days in (1, 5):
            change_publication(self.services, one.id, None, publish_at=at + timedelta(days=days))

    def _add_old_upload(self, owner: str) -> None:
        """Store an upload as an earlier version did."""
        upload = Upload(
            id=f"up-old-{owner}",
            filename="old.png",
            content_type="image/png",
            size=len(IMAGE),
            owner=owner,
            created_at=self.kit.clock.now() - timedelta(days=1),
        )
        values = {f"upload/{upload.id}": upload.to_record(), f"uploads/{owner}": json.dumps([upload.id])}
        self.kit.records.update(values, lambda _: values)
        self.kit.blobs.put(upload.blob, IMAGE)

    def _save_asset(self, upload_id: str, kind: Any, blob: str) -> None:
        key = cache_key(UploadSpec(kind=kind, upload=upload_id), UPLOAD_PROVIDER)
        asset = Asset(key=key, kind=kind, blob=blob, sha256=DIGEST, size=len(IMAGE), provider=str(UPLOAD_PROVIDER))
        self.kit.blobs.put(blob, IMAGE)
        lease = self.kit.leases.acquire(key, timedelta(minutes=1))
        self.kit.assets.save(asset, lease)
        self.kit.leases.release(lease)

    def read_all(self, owner: str) -> Mapping[str, object]:
        """Return everything that is stored of ``owner``, by a name that says where it is."""
        documents, kit = self.kit.documents, self.kit
        job_ids = [entry.job_id for entry in kit.jobs.list_entries(LibraryFilter(owner=owner), 100).entries]
        uploads = {one.id: one for one in documents.list(UPLOADS, owner=owner, limit=100).records}
        old_ids = [f"up-old-{owner}"] if kit.records.read([f"upload/up-old-{owner}"]) else []
        for upload_id in old_ids:
            uploads.setdefault(
                upload_id, Upload.from_record(kit.records.read([f"upload/{upload_id}"])[f"upload/{upload_id}"])
            )
        keys = [
            cache_key(UploadSpec(kind=kind, upload=one), UPLOAD_PROVIDER)
            for one in uploads
            for kind in ("image", "music")
        ]
        batches = {one.id: one for one in documents.list(BATCHES, owner=owner, limit=100).records}
        ids = {**uploads, **batches}
        blobs = {
            blob.name: kit.blobs.get(blob.name) for blob in kit.blobs.list("") if self._is_of(owner, blob.name, ids)
        }
        return {
            **{f"job {one}": kit.jobs.get(one) for one in job_ids},
            **{f"upload {one}": upload for one, upload in uploads.items()},
            **{f"batch {one}": batch for one, batch in batches.items()},
            **{f"rows {one.id}": one for one in documents.list(BATCH_ROWS, owner=owner, limit=100).records},
            **{f"asset {key}": asset for key, asset in kit.assets.get_many(keys).items()},
            **{f"blob {name}": data for name, data in blobs.items()},
            **{f"delivery {one.id}": one for one in documents.list(DELIVERIES, owner=owner, limit=100).records},
            **{f"secret {one}": secret for one, secret in documents.get_many(SECRETS, [name_secret(owner)]).items()},
            **{f"publication {one.id}": one for one in documents.list(PUBLICATIONS, owner=owner, limit=100).records},
            **{f"time {one.id}": one for one in documents.list(CALENDAR, owner=owner, limit=100).records},
            **kit.records.read([f"idempotency/job-{owner}-failed"]),
        }

    def _is_of(self, owner: str, name: str, ids: Collection[str]) -> bool:
        return f"-{owner}" in name or any(one in name for one in ids)

    def answer(self) -> RemovalAnswer:
        (removal,) = self.kit.documents.list(REMOVALS).records
        return RemovalAnswer.describe(removal)
