"""The port of the places where videos are published: YouTube, a folder or bucket, a receiver of webhooks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Protocol

from sutradhar.domain.core.errors import FieldError, SutradharError
from sutradhar.domain.language.tags import Language
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.failures import PublicationFailure, Reason


@dataclass(frozen=True)
class CaptionTrack:
    """The captions in one language, as names of blobs."""

    language: Language
    srt: str
    vtt: str
    lrc: str = ""
    """The words of a song with the time of each; empty for a video without a song."""


@dataclass(frozen=True)
class LocalizedWords:
    """The title and the description in another language."""

    title: str
    description: str


@dataclass(frozen=True)
class Package:
    """A finished video with its words, as a destination gets it."""

    publication_id: str
    job_id: str
    marker: str
    """A text that occurs in nothing else; a destination stores it beside the video and finds the video by it."""
    details: PublicationDetails
    description: str
    """The description with the chapters, the credits and the licences."""
    publish_at: datetime
    """The time from which the video may be seen; UTC."""
    created_at: datetime
    """The time at which the publication was ordered."""
    may_exist: bool
    """True if an earlier publication of this job may have left the video at the destination."""
    video: str
    """The name of a blob, like ``thumbnail``, ``summary`` and ``provenance``."""
    video_size: int
    duration_sec: float
    width: int
    height: int
    language: Language
    thumbnail: str
    summary: str
    provenance: str
    captions: Sequence[CaptionTrack]
    has_synthetic_media: bool
    metadata: Mapping[str, str]
    localizations: Mapping[Language, LocalizedWords] = field(default_factory=dict)
    audio: Mapping[Language, str] = field(default_factory=dict)
    """The sound in each language as the name of a blob; empty for a video with one audio track."""


class PublishError(SutradharError):
    """The destination refused, or could not be reached.

    ``wait``: the pause after which the destination may be tried again; None: it says nothing about it.
    ``advice``: the sentence that tells what to do; empty: the one that fits the reason.
    """

    def __init__(self, reason: Reason, cause: str, *, wait: timedelta | None = None, advice: str = "") -> None:
        self.failure, self.wait = PublicationFailure.name(reason, cause, advice), wait
        self.retryable, self.advice = self.failure.retryable, self.failure.advice
        super().__init__(cause)


class Pause(SutradharError):
    """The destination has nothing to do until ``until``; this is no failure.

    ``notice``: a sentence for the caller about the wait; empty: the caller need not know.
    ``excuse``: the quota that is used up; None: the wait has another reason.
    """

    def __init__(self, until: datetime, notice: str = "", excuse: Reason | None = None) -> None:
        self.until, self.notice, self.excuse = until, notice, excuse
        super().__init__(notice or "wait")


class PublishContext(Protocol):
    """The acts of a destination that works on one publication."""

    @property
    def checkpoint(self) -> Mapping[str, Any]:
        """The last checkpoint that was saved; empty at first."""
        ...

    def now(self) -> datetime: ...

    def start_upload(self) -> None:
        """Say that the next call may leave something at the destination. From here on, the publication cannot be
        cancelled.

        Raises:
            StaleLease: another worker has the publication, or it was cancelled; stop at once.
        """
        ...

    def save(self, checkpoint: Mapping[str, Any], *, external_id: str = "", url: str = "") -> None:
        """Store what the next worker needs to go on. Call it before a call whose answer may be lost, and after it.

        Raises:
            StaleLease: another worker has the publication; stop at once.
            Pause: this worker's time is over; another one goes on from here.
        """
        ...

    def spend(self, bucket: str, units: int, *, essential: bool = True) -> None:
        """Take ``units`` of today's quota, before the call that costs them.

        Args:
            essential: False: take nothing that the uploads of today may need.

        Raises:
            Pause: today's quota is used up.
        """
        ...

    def mark_spent(self, bucket: str) -> None:
        """Record that the destination says that today's quota is used up."""
        ...

    def note_upload(self, sent: int, time: timedelta) -> None:
        """Tell that ``sent`` bytes of a video took ``time``: the rate of the last uploads tells when the next ones have
        to begin."""
        ...

    def open_blob(self, name: str) -> BinaryIO:
        """Return a seekable file of the blob. Raise PublishError (``not_found``) if it is gone."""
        ...

    def make_url(self, name: str, ttl: timedelta) -> str | None:
        """Return a URL at which any reader gets the blob during ``ttl``; None if the store has no such URLs."""
        ...

    def notice(self, text: str) -> None:
        """Tell the caller ``text`` with the publication."""
        ...


@dataclass(frozen=True)
class Bucket:
    """A quota of a destination that is renewed every day."""

    name: str
    per_day: int
    zone: str
    """The IANA zone in which the day begins."""
    essential: int
    """The units that one publication takes at least."""
    closing: int = 0
    """The units that a video takes at its time, if it was uploaded before."""


@dataclass(frozen=True)
class Uploaded:
    """The state of a video that the destination has."""

    is_visible: bool
    sent: PublicationDetails | None = None
    """The details that it has; None: those of the package."""
    extras_at: datetime | None = None
    """The time at which the rest is sent that the video does without, such as captions; None: nothing is left."""


class Destination(Protocol):
    """A place where videos are published. A call may end anywhere, and comes again with the last checkpoint."""

    name: str
    """The word for it in the API: ``youtube``, ``folder``, ``bucket``, ``webhook``; the name of its module."""
    buckets: Sequence[Bucket]

    def list_problems(self, details: PublicationDetails) -> Sequence[FieldError]:
        """Return the fields that this destination does not take; the paths begin with the field's name."""
        ...

    def explain_missing_setup(self) -> str:
        """Return what the operator has to do before this destination can be used; empty: nothing."""
        ...

    def get_lead_time(self, video_size: int, bytes_per_sec: float | None) -> timedelta:
        """Return how long before ``publish_at`` the upload has to begin.

        Args:
            bytes_per_sec: the rate of the last uploads; None: there were none.
        """
        ...

    def upload(self, package: Package, context: PublishContext) -> Uploaded:
        """Bring the video and its words there, hidden until ``package.publish_at`` if that is later than now.

        Raises:
            PublishError: the destination refused, or could not be reached.
            Pause: there is nothing to do for a while.
            StaleLease: another worker has the publication.
        """
        ...

    def confirm(self, package: Package, context: PublishContext) -> bool:
        """Return whether the video can be seen now, after ``publish_at``. Raises as ``upload`` does."""
        ...

    def update(self, package: Package, context: PublishContext, *, compare: bool) -> datetime | None:
        """Replace the words and the time of a video that is there, and send what ``upload`` has left. Return the time
        at which the rest is sent; None: nothing is left. Raises as ``upload`` does.

        Args:
            compare: True: the destination may have other words than the checkpoint says, since a worker that was killed
                may have changed them.
        """
        ...
