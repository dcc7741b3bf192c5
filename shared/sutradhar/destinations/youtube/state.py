"""The checkpoint of an upload to YouTube."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.ports.publishing import Package


class SentWords(Frozen):
    """The words and the time of a video, as YouTube got them."""

    details: PublicationDetails
    description: str
    publish_at: datetime
    has_synthetic_media: bool

    @classmethod
    def read_package(cls, package: Package) -> "SentWords":
        return cls(
            details=package.details,
            description=package.description,
            publish_at=package.publish_at,
            has_synthetic_media=package.has_synthetic_media,
        )


class UploadState(Frozen):
    """The facts that the next worker needs. It is stored before and after each call that leaves something behind."""

    session: str = ""
    """The URI of the open upload session; empty: there is none."""
    opened_at: datetime | None = None
    """The time at which the first session was opened; None: none was, so no video can exist."""
    is_hidden: bool = False
    """True if the session's video is private until its time."""
    lost_at: datetime | None = None
    """The time at which the last session was gone, with its outcome unknown."""
    video_id: str = ""
    sent: SentWords | None = None
    """The words that the video has; None: no session was opened, or a search found the video."""
    has_thumbnail: bool = False
    playlist: str = ""
    captions: tuple[str, ...] = ()
    """The languages of the caption tracks that were added."""

    @classmethod
    def read(cls, checkpoint: Mapping[str, Any]) -> "UploadState":
        return cls.model_validate(checkpoint)

    def write(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def note_sent(self, package: Package) -> "UploadState":
        """Return the state after YouTube got the words and the time of ``package``."""
        return self.evolve(sent=SentWords.read_package(package))

    def needs_update(self, package: Package) -> bool:
        """Return whether the words or the time of ``package`` are others than those that were sent last."""
        return self.sent != SentWords.read_package(package)
