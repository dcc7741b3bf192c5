"""The checkpoint of an upload to YouTube."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sutradhar.domain.core.base import Frozen
from sutradhar.ports.publishing import Package


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
    sent_words: str = ""
    """The words and the time that the video has, as one text."""
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
        return self.evolve(sent_words=_join_words(package))

    def needs_update(self, package: Package) -> bool:
        return self.sent_words != _join_words(package)


def _join_words(package: Package) -> str:
    details = package.details.model_dump_json(exclude={"playlist"})
    return "\n".join((details, package.description, package.publish_at.isoformat(), str(package.has_synthetic_media)))
