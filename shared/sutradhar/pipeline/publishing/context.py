"""Let a destination work while a worker holds the claim of one publication."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.publishing.failures import MAKE_AGAIN
from sutradhar.domain.publishing.publication import MISSED_AFTER, Publication
from sutradhar.domain.publishing.quota import find_day
from sutradhar.pipeline.publishing.choice import count_rivals
from sutradhar.pipeline.publishing.quota import UPLOADS, fill_quota, take_quota
from sutradhar.pipeline.publishing.rates import note_rate
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
        self._began_at = services.clock.now()
        self._publication = publication
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
        if self.now() - self._began_at > MAX_WORK:
            raise Pause(self.now())

    def spend(self, bucket: str, units: int, *, essential: bool = True) -> None:
        kept = 0
        if bucket == UPLOADS and self._publication.has_started:
            # the tick chose it for its first upload only
            kept = count_rivals(self._services, self._destination, self._publication, self.now())
        try:
            take_quota(self._services, self._destination, self._find(bucket), units, essential=essential, kept=kept)
        except Pause as pause:
            if bucket == UPLOADS and self._has_missed(pause.until):
                raise PublishError("quota_exceeded", "its quota went to others on its day and the next one") from pause
            raise

    def mark_spent(self, bucket: str) -> None:
        fill_quota(self._services, self._destination.name, self._find(bucket))

    def note_upload(self, sent: int, time: timedelta) -> None:
        note_rate(self._services, self._destination.name, sent, time)

    def open_blob(self, name: str) -> BinaryIO:
        try:
            return self._services.blobs.open(name)
        except NotFound as exc:
            cause = f"the file {PurePosixPath(name).name} of the video is gone"
            raise PublishError("not_found", cause, advice=MAKE_AGAIN) from exc

    def make_url(self, name: str, ttl: timedelta) -> str | None:
        return self._services.blobs.url(name, ttl)

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def _has_missed(self, until: datetime) -> bool:
        """Return whether a publication that waits until then comes a day after its time."""
        at, zone = self._publication.publish_at, self._find(UPLOADS).zone
        return until > at + MISSED_AFTER and find_day(self.now(), zone) > find_day(at, zone)

    def _find(self, name: str) -> Bucket:
        return next(bucket for bucket in self._destination.buckets if bucket.name == name)
