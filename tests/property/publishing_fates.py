"""A destination for each fate of a publication, for the exactness of the counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.failures import Reason
from sutradhar.ports.publishing import Bucket, Destination, Package, Pause, PublishContext, PublishError, Uploaded

FATES: Mapping[str, Mapping[tuple[str, str], int]] = {
    "shown_at_once": {("in_time", "none"): 1},
    "shown_at_its_time": {("in_time", "none"): 1},
    "hidden_for_hours": {("missed", "late"): 1},
    "network": {("missed", "network"): 1},
    "token_invalid": {("missed", "token_invalid"): 1},
    "rejected": {("excused", "rejected"): 1},
    "upload_limit_exceeded": {("excused", "upload_limit_exceeded"): 1},
    "waits_for_quota": {("excused", "quota_exceeded"): 1},
    "retried": {("missed", "token_invalid"): 1, ("in_time", "none"): 1},
    "canceled": {},
}
"""The verdicts on one publication of each fate, by outcome and reason."""
_REFUSED: tuple[Reason, ...] = ("token_invalid", "rejected")
_HINDERED = timedelta(hours=3)
"""The time after an order until what hinders its publication ends: far more than deaths of workers cost."""


class FateDestination(Destination):
    """A destination whose publications all have the fate of its name."""

    buckets: Sequence[Bucket] = ()

    def __init__(self, fate: str) -> None:
        self.name = fate
        self.is_signed_in = fate != "retried"

    def list_problems(self, details: PublicationDetails) -> Sequence[FieldError]:
        return []

    def explain_missing_setup(self) -> str:
        return ""

    def get_lead_time(self, video_size: int, bytes_per_sec: float | None) -> timedelta:
        return timedelta(minutes=30)

    def upload(self, package: Package, context: PublishContext) -> Uploaded:
        context.start_upload()
        context.save({"sent": package.marker}, external_id=package.marker)
        ends = package.created_at + _HINDERED
        for reason in _REFUSED:
            if self.name == reason or not self.is_signed_in:
                raise PublishError(reason, "no")
        if context.now() < ends:
            self._hinder(ends, context.now())
        return Uploaded(is_visible=self.name not in ("shown_at_its_time", "hidden_for_hours"))

    def _hinder(self, ends: datetime, now: datetime) -> None:
        if self.name == "network":
            raise PublishError("network", "no answer")
        if self.name == "upload_limit_exceeded":
            raise PublishError("upload_limit_exceeded", "the channel had its videos", wait=ends - now)
        if self.name == "waits_for_quota":
            raise Pause(ends, "the quota of today is used up", "quota_exceeded")

    def confirm(self, package: Package, context: PublishContext) -> bool:
        return self.name != "hidden_for_hours" or context.now() >= package.publish_at + timedelta(minutes=80)

    def update(self, package: Package, context: PublishContext, *, compare: bool) -> None:
        """Do nothing; no words change."""
