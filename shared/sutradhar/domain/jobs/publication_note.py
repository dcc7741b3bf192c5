"""The part of a publication that its job keeps, so that one read of the job shows it."""

from collections.abc import Mapping
from datetime import datetime

from sutradhar.domain.core.base import Frozen

YOUTUBE = "youtube"
"""The name of the destination whose URL the status and the library show."""


class PublicationNote(Frozen):
    """The state of the newest publication to one destination."""

    id: str
    number: int
    state: str
    publish_at: datetime
    url: str = ""
    started_at: datetime | None = None
    """The time at which the upload began; None: it did not."""
    noted_at: datetime
    """The last change of the publication."""

    @property
    def is_live(self) -> bool:
        return self.state not in ("published", "failed", "canceled")

    @property
    def may_wait_for_job(self) -> bool:
        return self.state in ("scheduled", "waiting")

    def is_newer_than(self, other: "PublicationNote | None") -> bool:
        return other is None or (self != other and (self.number, self.noted_at) >= (other.number, other.noted_at))


def has_live_publication(publications: Mapping[str, PublicationNote]) -> bool:
    """Return whether one of ``publications`` still needs the files of the job."""
    return any(note.is_live for note in publications.values())
