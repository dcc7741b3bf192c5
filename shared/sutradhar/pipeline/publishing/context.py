"""Let a destination work while a worker holds the claim of one publication."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.quota import fill_quota, take_quota
from sutradhar.pipeline.publishing.store import PUBLICATIONS
from sutradhar.pipeline.services import Services
from sutradhar.ports.publishing import Bucket, Destination, Pause, PublishContext, PublishError

MAX_WORK = timedelta(minutes=7)
"""A worker gives the publication to another one after this time: a function may run for 9 minutes
(terraform/functions.tf)."""


class ClaimedPublication(PublishContext):
    """The claim ``token`` of a publication. Each write goes to the store only while the claim holds."""

    def __init__(self, services: Services, destination: Destination, publication: Publication) -> None:
        self._services, self._destination = services, destination
        self._id, self._token = publication.id, publication.token
        self._checkpoint = publication.checkpoint
        self._started = services.clock.now()
        self.notices: list[str] = []

    @property
    def checkpoint(self) -> Mapping[str, Any]:
        return self._checkpoint

    def now(self) -> datetime:
        return self._services.clock.now()

    def start_upload(self) -> None:
        self._services.documents.update(PUBLICATIONS, self._id, lambda one: one.start_upload(self._token, self.now()))

    def save(self, checkpoint: Mapping[str, Any], *, external_id: str = "", url: str = "") -> None:
        facts = {name: text for name, text in (("external_id", external_id), ("url", url)) if text}
        stored = self._services.documents.update(
            PUBLICATIONS, self._id, lambda one: one.save(self._token, self.now(), checkpoint, **facts)
        )
        self._checkpoint = stored.checkpoint
        if self.now() - self._started > MAX_WORK:
            raise Pause(self.now())

    def spend(self, bucket: str, units: int, *, essential: bool = True) -> None:
        take_quota(self._services, self._destination, self._find(bucket), units, essential=essential)

    def mark_spent(self, bucket: str) -> None:
        fill_quota(self._services, self._destination.name, self._find(bucket))

    def open_blob(self, name: str) -> BinaryIO:
        try:
            return self._services.blobs.open(name)
        except NotFound as exc:
            raise PublishError("not_found", f"a file of the video is gone: {exc}") from exc

    def make_url(self, name: str, ttl: timedelta) -> str | None:
        return self._services.blobs.url(name, ttl)

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def _find(self, name: str) -> Bucket:
        return next(bucket for bucket in self._destination.buckets if bucket.name == name)
