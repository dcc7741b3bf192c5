"""Publish as a worker does: on a claim that the test may take away, and with a worker that the test may kill."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sutradhar.domain.core.errors import StaleLease
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.ports.publishing import CaptionTrack, Package, PublishContext, PublishError
from tests.fakes import FakeClock


class Killed(BaseException):
    """The process of this worker is gone; not an Exception, so no destination can catch it."""


@dataclass
class StoredPublication:
    """The part of a publication that destinations write, with the files of the video."""

    clock: FakeClock
    blobs: Mapping[str, bytes]
    checkpoint: Mapping[str, Any] = field(default_factory=dict)
    has_started: bool = False
    external_id: str = ""
    url: str = ""
    notices: list[str] = field(default_factory=list)


class WorkerContext(PublishContext):
    """The acts of one worker.

    Args:
        killed_at: the worker is killed at this call, 0 for the first one: before the call has an effect or, with
            ``killed_after``, when it had. None: it lives.
        stale_from: from this call on, another worker has the publication; None: none has.
        overtake: the work of that other worker, which it does before the call ``stale_from``.
    """

    def __init__(
        self,
        stored: StoredPublication,
        *,
        killed_at: int | None = None,
        killed_after: bool = False,
        stale_from: int | None = None,
        overtake: Callable[[], object] = lambda: None,
    ) -> None:
        self.stored, self.calls = stored, 0
        self._killed_at, self._killed_after, self._stale_from = killed_at, killed_after, stale_from
        self._checkpoint, self._overtake = stored.checkpoint, overtake

    @property
    def checkpoint(self) -> Mapping[str, Any]:
        return self._checkpoint

    def now(self) -> datetime:
        return self.stored.clock.now()

    def start_upload(self) -> None:
        number = self._begin(writes=True)
        self.stored.has_started = True
        self._end(number)

    def save(self, checkpoint: Mapping[str, Any], *, external_id: str = "", url: str = "") -> None:
        number = self._begin(writes=True)
        self._checkpoint = self.stored.checkpoint = dict(checkpoint)
        self.stored.external_id = external_id or self.stored.external_id
        self.stored.url = url or self.stored.url
        self._end(number)

    def spend(self, bucket: str, units: int, *, essential: bool = True) -> None:
        self._end(self._begin())

    def mark_spent(self, bucket: str) -> None:
        self._end(self._begin())

    def open_blob(self, name: str) -> BinaryIO:
        number = self._begin()
        if name not in self.stored.blobs:
            raise PublishError("not_found", f"there is no file {name}")
        self._end(number)
        return io.BytesIO(self.stored.blobs[name])

    def make_url(self, name: str, ttl: timedelta) -> str | None:
        self._end(self._begin())
        return f"https://files.test/{name}?seconds={ttl.total_seconds():.0f}"

    def note_upload(self, sent: int, time: timedelta) -> None:
        """Forget it: no upload of the suite is long enough to tell a rate."""

    def notice(self, text: str) -> None:
        self.stored.notices.append(text)

    def _begin(self, writes: bool = False) -> int:
        number, self.calls = self.calls, self.calls + 1
        if number == self._killed_at and not self._killed_after:
            raise Killed
        if number == self._stale_from:
            self._overtake()
        if writes and self._stale_from is not None and number >= self._stale_from:
            raise StaleLease
        return number

    def _end(self, number: int) -> None:
        if number == self._killed_at and self._killed_after:
            raise Killed


def make_package(publish_at: datetime, name: str = "tea", **changes: Any) -> Package:
    """Return a package whose blobs ``make_blobs`` has. ``name`` tells its video from others."""
    package = Package(
        publication_id=f"pub-{name}",
        job_id=f"job-{name}",
        marker=f"sutradhar-{name:0>20}",
        details=PublicationDetails(title=f"Tea {name}", description="Words."),
        description="Words.\n\nCredits: none",
        publish_at=publish_at,
        created_at=publish_at - timedelta(hours=5),
        may_exist=False,
        video="jobs/1/video.mp4",
        video_size=5,
        duration_sec=1.0,
        width=1920,
        height=1080,
        language="en",
        thumbnail="jobs/1/thumbnail.png",
        summary="",
        provenance="jobs/1/provenance.json",
        captions=[CaptionTrack("en", "jobs/1/en.srt", "jobs/1/en.vtt")],
        has_synthetic_media=True,
        metadata={"order": "17"},
    )
    values = {name: getattr(package, name) for name in package.__dataclass_fields__}
    return Package(**{**values, **changes})


def make_blobs() -> dict[str, bytes]:
    """Return the files of the package."""
    return {
        "jobs/1/video.mp4": b"video",
        "jobs/1/thumbnail.png": b"png",
        "jobs/1/provenance.json": b"{}",
        "jobs/1/en.srt": b"1\n00:00:00,000 --> 00:00:01,000\nTea\n",
        "jobs/1/en.vtt": b"WEBVTT\n\n00:00.000 --> 00:01.000\nTea\n",
    }
